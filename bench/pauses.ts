import { loadavg } from "node:os";
import { crash, restart, untilWell, workerOf } from "../test/support/faults/serverFaults";
import type { Victim } from "../test/support/faults/victim";
import { rowsThrough } from "../test/support/rows/rowsThrough";
import type { Pipeline } from "../test/support/stack/pipeline";
import type { TestStack } from "../test/support/stack/stack";
import type { Figure } from "./figure";
import { listSeconds, median } from "./statistics";

const ROUNDS = 3;
const LIMIT_SECONDS = 300;
const KILL_AIM_SECONDS = 15;
const ROLL_AIM = 0.3;

/** Disturbances of the workers while rows flow. */
type Kind = "sourceKilled" | "sinkKilled" | "rolled" | "restarted";
type Disturb = (victim: Victim, stack: TestStack) => Promise<unknown>;

const disturbances: Record<Kind, Disturb> = {
    sourceKilled: async (victim) => crash(victim, await workerOf(victim, "dbz-source")),
    sinkKilled: async (victim) => crash(victim, await workerOf(victim, "json-jms-sink")),
    rolled: rollWorkers,
    restarted: (victim) => restart(victim, workersOf(victim)),
};

/**
 * The longest time without a new row in a queue, while rows are committed steadily, for each disturbance of the workers. Each
 * round has all disturbances, so that other load on the machine affects all of them. The stack must be up, and is up
 * afterwards, with another setting of the workers.
 */
export async function measurePauses(stack: TestStack, print: (line: string) => void): Promise<Figure[]> {
    const seconds: Record<Kind, number[]> = { sourceKilled: [], sinkKilled: [], rolled: [], restarted: [] };
    for (let round = 1; round <= ROUNDS; round++) {
        for (const [kind, disturb] of Object.entries(disturbances) as [Kind, Disturb][]) {
            const pause = await pauseOf(stack, disturb);
            seconds[kind].push(pause);
            const load = loadavg()[0]!.toFixed(1);
            print(`pauses, round ${round} of ${ROUNDS}, ${kind}: ${pause.toFixed(1)} s (load ${load})`);
        }
    }
    return pauseFigures(seconds);
}

/** @param seconds longest pauses of all rounds, by disturbance. */
export function pauseFigures(seconds: Record<Kind, number[]>): Figure[] {
    return [
        killFigure("source", seconds.sourceKilled),
        killFigure("sink", seconds.sinkKilled),
        {
            name: "pause while the workers are rolled, against all restarted at once",
            ratio: median(seconds.rolled) / median(seconds.restarted),
            aim: ROLL_AIM,
            details: `roll ${listSeconds(seconds.rolled)} s, restart ${listSeconds(seconds.restarted)} s, median of each`,
        },
    ];
}

function killFigure(role: string, seconds: number[]): Figure {
    const name = `pause after kill -9 of the worker of a ${role}, s`;
    return { name, ratio: median(seconds), aim: KILL_AIM_SECONDS, details: `${listSeconds(seconds)} s, median` };
}

/** The longer of the pauses of both queues, s. Throws when a row is lost. */
async function pauseOf(stack: TestStack, disturb: Disturb): Promise<number> {
    const change = async ({ outputs }: Pipeline) => {
        const victim = { stack: stack.handle.name, outputs };
        await disturb(victim, stack);
        await untilWell(victim, LIMIT_SECONDS);
    };
    const { json, xml } = await rowsThrough(stack, change, LIMIT_SECONDS);
    return Math.max(json.pauseSeconds, xml.pauseSeconds);
}

/** An `up` with another value of a setting that has no effect here. */
async function rollWorkers(_victim: Victim, stack: TestStack): Promise<void> {
    const { connect, ...others } = stack.config();
    const setting = "offset.flush.timeout.ms";
    const config = connect?.config as Record<string, number> | undefined;
    const value = (config?.[setting] ?? 5000) + 1;
    stack.configure({ ...others, connect: { ...connect, config: { ...config, [setting]: value } } });
    await stack.up();
}

function workersOf({ outputs }: Victim): string[] {
    return outputs.restUrls.map((_, i) => `connect-${i}`);
}
