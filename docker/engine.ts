import { connectEngine, type EngineAddress } from "@connect-cdc/docker-engine";
import type { ContainerInfo } from "dockerode";
import { messageOf } from "../servers/wait";
import type { ContainerFacts } from "../status/platformReport";
import { labelFilter, objectName, type StackIdentity } from "./labels";

/** Limit of one answer of an engine, in ms. Following a log has none. */
const TIMEOUT_MS = 4000;
/** Behind ssh each answer begins with a login. */
const SSH_TIMEOUT_MS = 15_000;

/** Asks for no password, and gives up in time: nobody may be there to see the question. */
export const QUIET_SSH = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"];

/** How long {@link stackContainers} takes at most, ms. */
export function engineLimitMs({ endpoint }: EngineAddress): number {
    return endpoint.startsWith("ssh://") ? SSH_TIMEOUT_MS : TIMEOUT_MS;
}

/** The containers of a stack on one engine, ended ones included. */
export async function stackContainers(
    host: string,
    engine: EngineAddress,
    stack: StackIdentity,
): Promise<ContainerFacts[]> {
    const limitMs = engineLimitMs(engine);
    const abortSignal = AbortSignal.timeout(limitMs);
    try {
        const found = await listContainers(engine, stack, abortSignal);
        return found.map(({ Names, State, Status }) => ({
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

/** A stack's containers on one engine as the engine lists them, ended ones included. */
export function listContainers(
    engine: EngineAddress,
    stack: StackIdentity,
    abortSignal: AbortSignal,
): Promise<ContainerInfo[]> {
    const client = connectEngine(engine, { sshOptions: QUIET_SSH });
    return client.listContainers({ all: true, filters: { label: labelFilter(stack) }, abortSignal });
}
