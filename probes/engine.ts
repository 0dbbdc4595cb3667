import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";

import type { ContainerFacts } from "./platformReport";
import { messageOf } from "./wait";

/** Limit of one answer of an engine, in ms. Following a log has none. */
const timeoutMs = 4000;

/** The labels that every container of a stack carries. */
export interface StackLabels {
    project: string;
    stack: string;
}

/**
 * A client of a Docker engine: `unix://`, `ssh://` with the keys of the user's SSH agent, or `tcp://`; that with TLS where
 * DOCKER_CERT_PATH names a folder with ca.pem, cert.pem and key.pem, as for the `docker` command.
 */
export function connectEngine(endpoint: string, options: { timeoutMs?: number } = {}): Docker {
    if (endpoint.startsWith("unix://")) {
        return new Docker({ socketPath: endpoint.slice("unix://".length), timeout: options.timeoutMs });
    }
    const { protocol, hostname: host, port, username } = new URL(endpoint);
    if (protocol === "ssh:") {
        return new Docker({ protocol: "ssh", host, port: port || 22, username, timeout: options.timeoutMs });
    }
    const folder = process.env.DOCKER_CERT_PATH;
    if (!folder) return new Docker({ protocol: "http", host, port: port || 2375, timeout: options.timeoutMs });
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
    return new Docker({ protocol: "https", host, port: port || 2376, ca, cert, key, timeout: options.timeoutMs });
}

/** The containers of a stack on one engine, ended ones included. */
export async function stackContainers(
    host: string,
    endpoint: string,
    { project, stack }: StackLabels,
): Promise<ContainerFacts[]> {
    try {
        const label = [`connect-cdc.project=${project}`, `connect-cdc.stack=${stack}`];
        const found = await connectEngine(endpoint, { timeoutMs }).listContainers({ all: true, filters: { label } });
        return found.map(({ Names, State, Status }) => ({
            host,
            name: (Names[0] ?? "").replace(`/${project}-${stack}-`, ""),
            state: State,
            health: /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(Status)?.[1],
            status: Status,
        }));
    } catch (error) {
        throw new Error(`Docker engine of host "${host}" at ${endpoint} does not answer (${messageOf(error)})`);
    }
}
