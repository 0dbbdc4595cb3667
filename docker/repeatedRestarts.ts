import { connectEngine } from "@connect-cdc/docker-engine";
import type { ContainerAddress } from "./containerLog";
import { lastErrorOf } from "./crashLoop";
import { QUIET_SSH } from "./engine";

/** Restarts of a container that has restarted several times, the last time recently. Times are ms since 1970. */
export interface RepeatedRestarts {
    /** Restarts by the engine since the container was created, or started by hand. */
    count: number;
    madeAt: number;
    lastAt: number;
    /** A sentence with the last error in its log. */
    lastError: string;
}

/** Fewer restarts since the container was created may be unrelated crashes. */
const MANY = 3;
/**
 * A server that has run for longer than this has recovered, ms. The engine waits one minute at most before a restart. A
 * broker whose old session in ZooKeeper has not ended yet restarts some times within seconds, and then runs.
 */
const RECENT_MS = 2 * 60_000;
/** Docker's status of a container that has run for an hour or more. */
const RUNS_LONG = /^Up .*(hour|day|week|month|year)/;

/** True when {@link repeatedRestarts}, which costs one request for each container, may find something. */
export function mayRestartAgain({ state, status }: { state: string; status: string }): boolean {
    return state === "restarting" || (state === "running" && !RUNS_LONG.test(status));
}

/** Counts the restarts of a container and reads its last error; undefined: few restarts, or none recently. */
export async function repeatedRestarts(
    address: ContainerAddress,
    redact: (text: string) => string,
): Promise<RepeatedRestarts | undefined> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    const { RestartCount: count, Created, State } = await engine.getContainer(address.container).inspect();
    const lastAt = Date.parse(State.StartedAt);
    if (count < MANY || Date.now() - lastAt > RECENT_MS) return undefined;
    return { count, madeAt: Date.parse(Created), lastAt, lastError: await lastErrorOf(address, redact) };
}
