import { authOf, type Credentials, secretsOfAuth } from "@connect-cdc/connector/client";
import type { DatabaseLogin } from "../servers/postgres";

/** Addresses and logins of all parts of a stack. */
export interface PlatformTarget {
    stack: string;
    /** Pulumi project. Project and stack are labels of the containers. */
    project: string;
    /** Docker endpoint of each host, by name. Empty: containers are not known, which is no problem. */
    engines: Record<string, string>;
    /** Folder with the certificates of an engine, by name of its host; see `EngineAddress`. */
    certPaths?: Record<string, string>;
    /** Client addresses of the ZooKeeper servers, host:port. */
    zookeeper: string[];
    /** External listeners of the brokers, host:port. */
    kafka: string[];
    /** REST URLs of the workers. */
    connect: string[];
    /** Declared connectors with their declared state. */
    connectors: Record<string, string>;
    /** Number of tasks of each declared connector after the last update of the stack, by name. */
    tasks?: Record<string, number>;
    /** Values that no output may contain, besides the passwords below. */
    secrets?: string[];
    database?: DatabaseLogin;
    /** `host:port` of each instance of the stack's own schema registry. Default: it runs none. */
    registry?: string[];
    /** The operator's, where the members' addresses are those of ports with TLS. Default: they are those of plain ports. */
    credentials?: Credentials;
    /** The stack's own JMS broker with the operator's login. Default: it runs none. */
    jmsBroker?: { address: string; consoleUrl: string; user: string; password: string; queues: string[] };
}

/** All values that no output may contain. */
export function secretsOf({ secrets = [], database, jmsBroker, credentials }: PlatformTarget): string[] {
    const passwords = [database?.password, jmsBroker?.password].filter((value) => value !== undefined);
    return [...secrets, ...passwords, ...secretsOfAuth(credentials && authOf(credentials))];
}
