import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { Context } from "../../protocol/resource";
import { awaitHealth, died } from "./awaitHealth";
import { readLogs } from "./containerLogs";
import { isUp } from "./containerProperties";
import { ContainerInputs } from "./types";

/** The engine notices within this time that a process ended at once. */
const SETTLE_MILLISECONDS = 100;

/** Waits as the inputs of a started container require. Returns its output when they require `attach` and `logs`. */
export async function awaitStart(
    made: Docker.Container,
    inputs: ContainerInputs,
    context: Context<Docker>,
): Promise<string | undefined> {
    if (inputs.start === false) return undefined;
    if (inputs.attach) return runToEnd(made, inputs);
    if (inputs.wait) await awaitHealth(made, inputs, context);
    else if (inputs.mustRun !== false) await settle(made, inputs.name);
    return undefined;
}

async function runToEnd(made: Docker.Container, inputs: ContainerInputs): Promise<string | undefined> {
    await made.wait();
    if (inputs.mustRun !== false) throw await died(made, inputs.name);
    return inputs.logs ? readLogs(made) : undefined;
}

async function settle(made: Docker.Container, name: string): Promise<void> {
    await sleep(SETTLE_MILLISECONDS);
    const { State } = await made.inspect();
    if (!isUp(State)) throw await died(made, name);
}
