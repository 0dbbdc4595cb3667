import { parseAddress } from "../../servers/tcp";
import type { PlatformTarget } from "../../status/platform";
import { PROJECT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { readClearState } from "./readState";
import { outputsOf } from "./state";
import type { StackTarget } from "./target";

/** What index.ts exports, with secrets in clear, and what was seen of the connectors. */
export interface StackOutputs {
    /** Docker endpoint of each host, by name. Absent in a stack that was last brought up before this output came. */
    engines?: Record<string, string>;
    /** Folder with the certificates for an engine, by name of its host. Absent when no host has one. */
    certPaths?: Record<string, string>;
    addresses: {
        zookeeper: string[];
        kafka: string[];
        connect: string[];
        /** Absent when the database is not the stack's own; so for the broker. */
        postgres?: string;
        jmsBroker?: string;
        jmsConsole?: string;
    };
    /** Members with metrics, as Prometheus' file of targets has them. Absent when metrics are off. */
    prometheusTargets?: { targets: string[]; labels: Record<string, string> }[];
    restUrls: string[];
    database: { address?: string; name: string; user: string; password: string };
    jmsBroker: { address?: string; user: string; password: string; queues: string[] };
    /** All secrets by name. Absent in a stack that was last brought up before this output came. */
    secrets?: Record<string, string>;
    connectors: Record<
        string,
        {
            class: string;
            /** State that the config declares. */
            declaredState: string;
            /** State that was seen when the stack was brought up. Absent where the connector was not made. */
            state?: string;
            /** Tasks that were seen then; absent where none were. */
            tasks?: unknown[];
        }
    >;
}

/** Reads the outputs of a stack, also of one whose `up` has failed. Throws when it was never brought up. */
export async function readStackOutputs(target: StackTarget): Promise<StackOutputs> {
    const outputs = outputsOf(await readClearState(target)) as Partial<StackOutputs>;
    if (outputs.addresses === undefined) {
        throw new Error(`stack ${target.stack} is not up: it has no addresses; bring it up with: npm start`);
    }

    return outputs as StackOutputs;
}

/** What of a stack can be asked, for a look at the whole platform. */
export function platformTarget(stack: string, outputs: StackOutputs): PlatformTarget {
    const { addresses, engines, certPaths, connectors, database, jmsBroker } = outputs;
    return {
        stack,
        project: PROJECT,
        engines: engines ?? { local: dockerEndpoint() },
        certPaths,
        zookeeper: addresses.zookeeper,
        kafka: addresses.kafka,
        connect: addresses.connect,
        connectors: Object.fromEntries(
            Object.entries(connectors).map(([name, { declaredState }]) => [name, declaredState]),
        ),
        tasks: Object.fromEntries(Object.entries(connectors).map(([name, { tasks }]) => [name, tasks?.length ?? 0])),
        secrets: Object.values(outputs.secrets ?? {}),
        database: database.address === undefined ? undefined : databaseLogin(database.address, database),
        jmsBroker:
            jmsBroker.address === undefined
                ? undefined
                : { ...jmsBroker, address: jmsBroker.address, consoleUrl: addresses.jmsConsole ?? "" },
    };
}

function databaseLogin(address: string, { name, user, password }: StackOutputs["database"]) {
    return { ...parseAddress(address), database: name, user, password };
}
