import { messageOf } from "@connect-cdc/connector/client";
import { connectEngine, type EngineAddress } from "@connect-cdc/docker-engine";
import type { ContainerInfo } from "dockerode";
import { labelFilter, objectName, type StackIdentity } from "./labels";

/** Limit of one request to an engine, ms. Following a log has no limit. */
const TIMEOUT_MS = 4000;
/** With ssh, each request begins with a login. */
const SSH_TIMEOUT_MS = 15_000;

/** No password prompt, and a limit: the command may run without a user at the terminal. */
export const QUIET_SSH = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"];

/** Limit of {@link stackContainers}, ms. */
export function engineLimitMs({ endpoint }: EngineAddress): number {
    return endpoint.startsWith("ssh://") ? SSH_TIMEOUT_MS : TIMEOUT_MS;
}

/** A container of a stack. */
export interface StackContainer {
    /** Name of the Docker host. */
    host: string;
    /** `kafka-0`: the container's name without project and stack. */
    name: string;
    /** Docker's word: running, restarting, exited, ... */
    state: string;
    /** Docker's health: healthy, unhealthy, starting; undefined without a health check. */
    health: string | undefined;
    /** Docker's sentence: `Exited (137) 2 minutes ago`. */
    status: string;
}

/** The containers of a stack on one engine, exited ones included. */
export async function stackContainers(
    host: string,
    engine: EngineAddress,
    stack: StackIdentity,
): Promise<StackContainer[]> {
    const limitMs = engineLimitMs(engine);
    const abortSignal = AbortSignal.timeout(limitMs);
    try {
        const containers = await listContainers(engine, stack, abortSignal);
        return containers.map(({ Names, State, Status }) => ({
            host,
            name: (Names[0] ?? "").replace(`/${objectName(stack, "")}`, ""),
            state: State,
            health: /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(Status)?.[1],
            status: Status,
        }));
    } catch (error) {
        const cause = abortSignal.aborted ? `no answer within ${limitMs / 1000} s` : messageOf(error);
        throw new Error(`Docker engine of host "${host}" at ${engine.endpoint} does not answer (${cause})`);
    }
}

/** A stack's containers on one engine in the engine's own format, exited ones included. */
export function listContainers(
    engine: EngineAddress,
    stack: StackIdentity,
    abortSignal: AbortSignal,
): Promise<ContainerInfo[]> {
    const client = connectEngine(engine, { sshOptions: QUIET_SSH });
    return client.listContainers({ all: true, filters: { label: labelFilter(stack) }, abortSignal });
}
