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

/** A client of a Docker engine: `unix://`, `tcp://`, or `ssh://` with the keys of the user's SSH agent. */
export function connectEngine(endpoint: string, options: { timeoutMs?: number } = {}): Docker {
    if (endpoint.startsWith("unix://")) {
        return new Docker({ socketPath: endpoint.slice("unix://".length), timeout: options.timeoutMs });
    }
    const { protocol, hostname: host, port, username } = new URL(endpoint);
    return protocol === "ssh:"
        ? new Docker({ protocol: "ssh", host, port: port || 22, username, timeout: options.timeoutMs })
        : new Docker({ protocol: "http", host, port: port || 2375, timeout: options.timeoutMs });
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
