import type { Credentials } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import { type TlsMode, usesTls } from "../config/tlsMode";

/** What checks need to know of the last update: where the members are asked now, and how. */
export interface LastUpdate {
    /** Mode of TLS; `off` for a stack that is older than it. */
    tls: TlsMode;
    /** REST URLs of the workers. */
    restUrls: string[];
    /** Addresses of the brokers, by id. */
    brokers: string[];
    /** The operator's credentials for these addresses. undefined: they take plain links. */
    credentials?: Credentials;
}

/** The outputs that `index.ts` has exported. */
interface Outputs {
    tls?: TlsMode;
    operator?: Credentials;
    restUrls?: string[];
    addresses?: { kafka?: string[] };
}

/** Reads the outputs of the last update of this stack. undefined: there are none yet. */
export async function readLastUpdate(): Promise<LastUpdate | undefined> {
    const name = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
    // The engine's own function: a StackReference would be a resource of the stack
    const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
        outputs: Outputs;
    };
    return lastUpdateOf(outputs);
}

export function lastUpdateOf({ tls = "off", operator, restUrls, addresses }: Outputs): LastUpdate | undefined {
    if (restUrls === undefined || addresses?.kafka === undefined) return undefined;
    return { tls, restUrls, brokers: addresses.kafka, credentials: usesTls(tls) ? operator : undefined };
}
