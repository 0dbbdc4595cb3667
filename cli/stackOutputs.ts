import { askPulumi } from "../toolchain/stack/pulumiCli";
import type { StackTarget } from "../toolchain/stack/target";

/** What index.ts exports, with secrets in clear. */
export interface StackOutputs {
    addresses: {
        zookeeper: string[];
        kafka: string[];
        connect: string[];
        /** Absent when the database is not the stack's own; so for the broker. */
        postgres?: string;
        jmsBroker?: string;
        jmsConsole?: string;
    };
    restUrls: string[];
    database: { address?: string; name: string; user: string; password: string };
    jmsBroker: { address?: string; user: string; password: string; queues: string[] };
    connectors: Record<string, { class: string; state: string; tasks: unknown }>;
}

/** Reads the outputs of a stack. Throws when it is not up. */
export async function readStackOutputs(target: StackTarget): Promise<StackOutputs> {
    const text = await askPulumi(target, ["stack", "output", "--json", "--show-secrets"]);
    const outputs = JSON.parse(text) as Partial<StackOutputs>;
    if (outputs.addresses === undefined) {
        throw new Error(`stack ${target.stack} is not up: it has no addresses; bring it up with: npm start`);
    }
    return outputs as StackOutputs;
}
