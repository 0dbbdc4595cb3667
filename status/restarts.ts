import { connectEngine } from "@connect-cdc/docker-engine";
import type { ContainerAddress } from "../docker/containerLog";
import { lastErrorOf } from "../docker/crashLoop";
import { QUIET_SSH } from "../docker/engine";
import type { RestartFacts } from "./platformReport";

/** Fewer restarts since the container was made may be crashes that have nothing to do with each other. */
const MANY = 3;
/**
 * A server that has run for so long has come back, ms. The engine's own pause before a restart is at most one minute. A broker
 * whose old session in ZooKeeper has yet to end restarts some times within seconds, and is well then.
 */
const LATELY_MS = 2 * 60_000;
/** What the engine says of a container that has run for an hour or more. */
const RUNS_LONG = /^Up .*(hour|day|week|month|year)/;

/** True when it may be worth asking {@link repeatedRestarts}: that takes one question per container. */
export function mayRestartAgain({ state, status }: { state: string; status: string }): boolean {
    return state === "restarting" || (state === "running" && !RUNS_LONG.test(status));
}

/**
 * How often the engine has started a container again, with its last error; undefined when that was seldom, or long ago.
 */
export async function repeatedRestarts(
    address: ContainerAddress,
    redact: (text: string) => string,
): Promise<RestartFacts | undefined> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    const { RestartCount: count, Created, State } = await engine.getContainer(address.container).inspect();
    const lastAt = Date.parse(State.StartedAt);
    if (count < MANY || Date.now() - lastAt > LATELY_MS) return undefined;
    return { count, madeAt: Date.parse(Created), lastAt, lastError: await lastErrorOf(address, redact) };
}
