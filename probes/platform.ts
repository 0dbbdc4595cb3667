import type { PlatformReport } from "./platformReport";
import type { DatabaseLogin } from "./postgres";

/** Everything of a stack that can be asked, with logins. */
export interface PlatformTarget {
    stack: string;
    /** Pulumi project; with `stack` it selects the containers by label. */
    project: string;
    /** Docker endpoint of each host, by name. */
    engines: Record<string, string>;
    /** Client addresses of the ZooKeeper servers, host:port. */
    zookeeper: string[];
    /** External listeners of the brokers, host:port. */
    kafka: string[];
    /** REST URLs of the workers. */
    connect: string[];
    /** Declared connectors with their declared state. */
    connectors: Record<string, string>;
    database?: DatabaseLogin;
    jmsBroker?: { address: string; consoleUrl: string; user: string; password: string; queues: string[] };
}

/** Asks every part of a platform, all at once, each within seconds. Never throws: what does not answer is in the report. */
export async function collectPlatform(_target: PlatformTarget): Promise<PlatformReport> {
    throw new Error("not there yet");
}
