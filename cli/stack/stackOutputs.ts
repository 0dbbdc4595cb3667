import { authOf, type ConnectAuth, type Credentials } from "@connect-cdc/connector/client";
import { type DatabaseAccess, databaseUrl } from "@connect-cdc/connector/postgres";
import { type TlsMode, usesTls } from "../../config/tlsMode";
import { urlList } from "../../connectors/formats";
import { parseAddress } from "../../servers/address";
import type { ConsoleLogin } from "../../servers/artemis";
import type { QueueLogin } from "../../servers/queueReader";
import type { PlatformTarget } from "../../status/platformTarget";
import { PROJECT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { readClearState } from "./readState";
import { outputsOf } from "./state";
import type { StackTarget } from "./target";

/** The exports of index.ts with secrets in plain text, and the state of the connectors after the last `up`. */
export interface StackOutputs {
    /** Docker endpoint of each host, by name. Absent in a stack whose last `up` is older than this output. */
    engines?: Record<string, string>;
    /** Folder with the certificates for an engine, by name of its host. Absent when no host has one. */
    certPaths?: Record<string, string>;
    addresses: {
        zookeeper: string[];
        kafka: string[];
        /** Listeners of the brokers for users of `kafka.users`. Absent in a stack without TLS. */
        kafkaUsers?: string[];
        connect: string[];
        /** Absent when the stack runs no database. */
        postgres?: string;
        /** Absent when the stack runs no schema registry. */
        registry?: string[];
        /** Absent, as the next one, when the stack runs no JMS broker. */
        jmsBroker?: string;
        jmsConsole?: string;
    };
    /** Members with metrics, in the format of Prometheus' file_sd_configs. Absent when metrics are off. */
    prometheusTargets?: { targets: string[]; labels: Record<string, string> }[];
    restUrls: string[];
    /** Mode of TLS. Absent in a stack whose last `up` is older than this output. */
    tls?: TlsMode;
    /** Credentials of the operator. Absent in a stack without TLS. */
    operator?: Credentials;
    /** Credentials of the clients of `security.clients`, by name. */
    clients?: Record<string, Credentials>;
    /** PEM: all trusted authorities. Absent in a stack without TLS. */
    ca?: string;
    /** Passwords of `kafka.users` by name. Absent in a stack without TLS. */
    kafkaUsers?: Record<string, string>;
    /** Passwords of `connect.users` and of the operator by name. Absent where the workers take requests without a login. */
    connectUsers?: Record<string, string>;
    /** URLs of the schema registry's API like Confluent's: of the stack's own for clients outside, or those of the config. */
    registryUrls?: string[];
    /** Absent when the registry has no login. */
    registryLogin?: { user: string; password: string };
    database: { address?: string; name: string; user: string; password: string };
    jmsBroker: {
        address?: string;
        /** Login of the sinks. */
        user: string;
        password: string;
        queues: string[];
        /**
         * Login of who may do everything. Absent, as the next one, when the stack runs no JMS broker, or its last `up` is older
         * than this output: the sinks' login then may do everything.
         */
        operator?: { user: string; password: string };
        /** Passwords of all users by name. */
        users?: Record<string, string>;
    };
    /** All secrets by name. Absent in a stack whose last `up` is older than this output. */
    secrets?: Record<string, string>;
    connectors: Record<
        string,
        {
            class: string;
            /** State in the config. */
            declaredState: string;
            /** State after the last `up`. Absent when the connector was not created. */
            state?: string;
            /** Tasks after the last `up`. Absent when it had none. */
            tasks?: unknown[];
        }
    >;
}

/**
 * Reads the outputs of a stack, also of one whose last `up` has failed.
 *
 * @throws when no `up` of it has created its addresses.
 */
export async function readStackOutputs(target: StackTarget): Promise<StackOutputs> {
    const outputs = outputsOf(await readClearState(target)) as Partial<StackOutputs>;
    if (outputs.addresses === undefined) {
        throw new Error(`stack ${target.stack} has no addresses yet; start it: npm start -- --stack ${target.stack}`);
    }

    return outputs as StackOutputs;
}

/**
 * URLs of the schema registry, as this machine reaches it; none in a stack without one. SCHEMA_REGISTRY_URL has precedence: the
 * config has the URL for the workers.
 */
export function registryUrls({ registryUrls = [] }: StackOutputs): string[] {
    const { SCHEMA_REGISTRY_URL: own } = process.env;
    return own === undefined ? registryUrls : urlList(own);
}

/** The operator's credentials, where the stack's addresses need them: those of other modes take plain links. */
export function credentialsOf({
    tls = "off",
    operator,
}: Pick<StackOutputs, "tls" | "operator">): Credentials | undefined {
    return usesTls(tls) ? operator : undefined;
}

/** The operator's credentials for workers; undefined where they take plain requests. */
export function connectAuth(outputs: StackOutputs): ConnectAuth | undefined {
    const credentials = credentialsOf(outputs);
    return credentials && authOf(credentials);
}

/** Credentials of the schema registry: its login, and the operator's for the stack's own. undefined: it needs none. */
export function registryAuth(outputs: StackOutputs): ConnectAuth | undefined {
    const { registryLogin: login, addresses } = outputs;
    const tls = addresses.registry && connectAuth(outputs)?.tls;
    if (login === undefined && tls === undefined) return undefined;
    return { basic: login && { username: login.user, password: login.password }, tls };
}

/** The stack's own database, as this machine reaches it; undefined where it runs none. */
export function databaseAccess(outputs: StackOutputs): DatabaseAccess | undefined {
    const { address, name, user, password } = outputs.database;
    if (address === undefined) return undefined;
    return { url: databaseUrl({ address, database: name, user, password }), ca: credentialsOf(outputs)?.ca };
}

/** The operator's login of the console of the stack's own JMS broker. */
export function consoleLogin(outputs: StackOutputs): ConsoleLogin {
    const url = outputs.addresses.jmsConsole ?? "";
    return { url, ...jmsOperator(outputs), credentials: credentialsOf(outputs) };
}

/** The operator's login of the acceptor of the stack's own JMS broker; undefined where it runs none. */
export function queueLogin(outputs: StackOutputs): QueueLogin | undefined {
    const { address } = outputs.jmsBroker;
    return address === undefined
        ? undefined
        : { address, ...jmsOperator(outputs), credentials: credentialsOf(outputs) };
}

function jmsOperator({ jmsBroker }: StackOutputs): { user: string; password: string } {
    const { user, password } = jmsBroker.operator ?? jmsBroker;
    return { user, password };
}

/** The addresses and logins of a stack, for a snapshot of the platform. */
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
        database:
            database.address === undefined
                ? undefined
                : { ...databaseLogin(database.address, database), ca: credentialsOf(outputs)?.ca },
        registry: addresses.registry,
        credentials: credentialsOf(outputs),
        jmsBroker:
            jmsBroker.address === undefined
                ? undefined
                : {
                      address: jmsBroker.address,
                      consoleUrl: addresses.jmsConsole ?? "",
                      ...jmsOperator(outputs),
                      queues: jmsBroker.queues,
                  },
    };
}

function databaseLogin(address: string, { name, user, password }: StackOutputs["database"]) {
    return { ...parseAddress(address), database: name, user, password };
}
