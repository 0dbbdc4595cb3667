import type { Credentials } from "@connect-cdc/connector/client";
import { tcpExchange } from "./tcpExchange";

/** Modes of a server that is in a quorum. */
export type ServerMode = "leader" | "follower" | "observer" | "standalone";

export interface ServerState {
    /** undefined while the server is not part of a quorum. */
    mode: ServerMode | undefined;
    /** ZooKeeper's version, without the hash of the build. */
    version: string | undefined;
    /** Open client connections. */
    connections: number | undefined;
}

/**
 * Sends one of ZooKeeper's four-letter words. The server's config must allow all of them except `srvr`.
 *
 * @param credentials for the `secureClientPort`. Default: the address is that of a plain port.
 */
export async function fourLetterWord(target: string, word: string, credentials?: Credentials): Promise<string> {
    const answer = (await tcpExchange(target, word, { credentials })).toString("utf8");
    if (answer.includes("is not executed because it is not in the whitelist")) {
        throw new Error(`${target} does not allow "${word}": add it to 4lw.commands.whitelist`);
    }

    return answer;
}

export async function serverState(target: string, credentials?: Credentials): Promise<ServerState> {
    return parseServerState(await fourLetterWord(target, "srvr", credentials));
}

/** Ids of the brokers with a session in this ensemble, sorted. */
export async function registeredBrokers(target: string, credentials?: Credentials): Promise<number[]> {
    return parseRegisteredBrokers(await fourLetterWord(target, "dump", credentials));
}

/** Parses the answer to `srvr` or `stat`. */
export function parseServerState(answer: string): ServerState {
    const mode = /^Mode: (leader|follower|observer|standalone)\s*$/m.exec(answer)?.[1];
    const version = /^Zookeeper version: ([^\s,-]+)/m.exec(answer)?.[1];
    const connections = /^Connections: (\d+)/m.exec(answer)?.[1];
    return {
        mode: mode as ServerMode | undefined,
        version,
        connections: connections === undefined ? undefined : Number(connections),
    };
}

/** Parses the answer to `dump`: each broker has an ephemeral node `/brokers/ids/<id>`. */
export function parseRegisteredBrokers(answer: string): number[] {
    const ids = [...answer.matchAll(/\/brokers\/ids\/(\d+)\s*$/gm)].map((match) => Number(match[1]));
    return [...new Set(ids)].sort((a, b) => a - b);
}
