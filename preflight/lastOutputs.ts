import type { Credentials } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import type { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
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
    const request = new ResourceInvokeRequest();
    // The engine's own function: a StackReference would be a resource of the stack
    request.setTok("pulumi:pulumi:readStackOutputs");
    const name = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
    request.setArgs(Struct.fromJavaScript({ name }));
    const answer = pulumi.runtime.deserializeProperties((await ask(request)).getReturn()!);
    return lastUpdateOf(pulumi.runtime.unwrapRpcSecret(answer.outputs) as Outputs);
}

/** The SDK's `invoke` is not used: it writes its whole answer, with all secrets in plain text, into the log of `--debug`. */
function ask(request: ResourceInvokeRequest): Promise<InvokeResponse> {
    return new Promise((resolve, reject) => {
        pulumi.runtime
            .getMonitor()!
            .invoke(request, (error, answer) => (error ? reject(new Error(error.details)) : resolve(answer)));
    });
}

export function lastUpdateOf({ tls = "off", operator, restUrls, addresses }: Outputs): LastUpdate | undefined {
    if (restUrls === undefined || addresses?.kafka === undefined) return undefined;
    return { tls, restUrls, brokers: addresses.kafka, credentials: usesTls(tls) ? operator : undefined };
}
