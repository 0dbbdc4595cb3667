import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { Context } from "../../protocol/resource";
import { lastLogLines } from "./containerLogs";
import { isUp } from "./containerProperties";
import { ContainerInputs } from "./types";

const POLL_MILLISECONDS = 300;
const PROGRESS_SECONDS = 5;
const DEFAULT_TIMEOUT_SECONDS = 60;
/** After this number of restarts, waiting does not help. */
const RESTARTS_TOLERATED = 3;

/**
 * Waits until the container's healthcheck passes.
 * @throws Error with the last lines of the container's log, at the limit, or at once when its process ends.
 */
export async function awaitHealth(
    container: Docker.Container,
    inputs: ContainerInputs,
    context: Context<Docker>,
): Promise<void> {
    const limit = inputs.waitTimeout ?? DEFAULT_TIMEOUT_SECONDS;
    const start = Date.now();
    let shown = 0;
    for (;;) {
        const { State, RestartCount } = await container.inspect();
        const seconds = Math.round((Date.now() - start) / 1000);
        const health = healthOf(State);
        if (health === "healthy") return;
        if (health === undefined) {
            throw new Error(`container ${inputs.name} has no healthcheck, which \`wait\` requires`);
        }
        if (!isUp(State) || RestartCount >= RESTARTS_TOLERATED) throw await died(container, inputs.name);
        if (context.signal.aborted) {
            throw new Error(`cancelled while waiting for container ${inputs.name} to become healthy`);
        }
        if (seconds >= limit) throw await neverHealthy(container, State, inputs.name, limit);
        if (seconds >= shown + PROGRESS_SECONDS) {
            shown = seconds;
            context.progress(`waiting for the container to become healthy, ${seconds} s of at most ${limit} s`);
        }
        await sleep(POLL_MILLISECONDS);
    }
}

type ContainerState = Docker.ContainerInspectInfo["State"];

function healthOf(state: ContainerState): string | undefined {
    const health = state.Health?.Status;
    return health === "none" ? undefined : health;
}

/** The error for a container whose process ended. */
export async function died(container: Docker.Container, name: string): Promise<Error> {
    const { State } = await container.inspect();
    const cause = State.OOMKilled ? ", it needed more memory than its limit" : State.Error ? `, ${State.Error}` : "";
    return new Error(
        `container ${name} ended with exit code ${State.ExitCode}${cause}\n${await lastLogLines(container)}`,
    );
}

async function neverHealthy(
    container: Docker.Container,
    state: ContainerState,
    name: string,
    limit: number,
): Promise<Error> {
    const check = state.Health?.Log.at(-1);
    const checked =
        check === undefined ? "" : `, its last healthcheck ended with ${check.ExitCode}: ${check.Output.trim()}`;
    return new Error(`container ${name} is not healthy after ${limit} s${checked}\n${await lastLogLines(container)}`);
}
