import { Redactor } from "@connect-cdc/connector/client";
import * as connect from "../../servers/connect";
import { done, Hopeless, messageOf, type Observation, pending, waitFor } from "../../servers/wait";

/** What a worker's gate knows of the tasks. */
export interface AwaitedTasks {
    /**
     * Tasks that ran before the roll, as "connector/task": each of them that still exists must run again. Default: all tasks
     * but those that are FAILED, which may have been so before.
     */
    runningTasks?: string[];
    /**
     * Connectors that this update leaves as they are. A FAILED task of another one is not waited for: the change, which comes
     * after the workers, may be its remedy. Default: all.
     */
    keptConnectors?: string[];
    /** Values that no message may hold. */
    secrets?: string[];
}

/** Pauses before each restart of what has FAILED, and after the last one before it is given up, ms. */
const RESTART_PAUSES_MS = [1000, 4000, 15_000];
/** How long what was restarted at the end of a roll may take to run, s. */
const RESTART_SECONDS = 15;

/**
 * Makes a condition for waiting until a worker is healthy and the tasks run that ran before. One that has FAILED is
 * restarted: a slot may still have been taken, or another worker may yet have had the old plugin.
 */
export function untilTasksRun(member: string, worker: string, awaited: AwaitedTasks): () => Promise<Observation<void>> {
    const redact = redactorOf(awaited);
    const restarts = new Restarts(member, worker);
    return async () => {
        await connect.assertHealthy(worker);
        const missing = (await connect.connectorStatuses(worker, redact))
            // Somebody may have paused or stopped one meanwhile
            .filter(({ state }) => state !== "PAUSED" && state !== "STOPPED")
            .flatMap(({ tasks }) => tasks)
            .filter((task) => isAwaited(task, awaited) && task.state !== "RUNNING");
        await restarts.next(missing.filter(({ state }) => state === "FAILED"));
        return missing.length === 0
            ? done()
            : pending(`tasks that do not run again yet: ${missing.map(describe).join(", ")}`);
    };
}

/**
 * Restarts what of unchanged connectors has FAILED, as the new workers may be its remedy. What fails again is reported by
 * name; `npm run status` has the causes.
 *
 * @param workers REST URLs; the first that answers is asked
 */
export async function restartAfterRoll(workers: string[], { keptConnectors }: AwaitedTasks): Promise<void> {
    try {
        const worker = await Promise.any(workers.map(async (url) => connect.assertHealthy(url).then(() => url)));
        const failed = (await connect.connectorStatuses(worker))
            .filter((connector) => isKept(connector.name, keptConnectors) && statesOf(connector).includes("FAILED"))
            .map(({ name }) => name);
        if (failed.length > 0) await restartAll(worker, failed);
    } catch (error) {
        console.log(`${messageOf(error)} Look for the causes with: npm run status`);
    }
}

async function restartAll(worker: string, names: string[]): Promise<void> {
    console.log(`restarted, as they had FAILED: ${names.join(", ")}`);
    const restart = async (name: string) => {
        await connect.restartFailed(worker, name);
        return done();
    };
    for (const name of names) {
        await waitFor(() => restart(name), { what: `restart of ${name}`, timeoutSeconds: RESTART_SECONDS });
    }

    const run = async () => {
        const still = (await connect.connectorStatuses(worker))
            .filter((connector) => names.includes(connector.name))
            .filter((connector) => statesOf(connector).some((state) => state !== "RUNNING"));
        return still.length === 0 ? done() : pending(`not running: ${still.map(({ name }) => name).join(", ")}`);
    };
    await waitFor(run, { what: "restarted connectors", timeoutSeconds: RESTART_SECONDS });
}

function isAwaited(task: connect.TaskStatus, { runningTasks, keptConnectors }: AwaitedTasks): boolean {
    const isFailed = task.state === "FAILED";
    if (isFailed && !isKept(task.connector, keptConnectors)) return false;
    return runningTasks === undefined ? !isFailed : runningTasks.includes(connect.taskName(task));
}

function isKept(connector: string, keptConnectors: string[] | undefined): boolean {
    return keptConnectors === undefined || keptConnectors.includes(connector);
}

function statesOf({ state, tasks }: connect.ConnectorStatus): string[] {
    return [state, ...tasks.map((task) => task.state)];
}

function describe(task: connect.TaskStatus): string {
    const cause = task.cause === undefined ? "" : ` on ${task.worker}: ${task.cause}`;
    return `${connect.taskName(task)} is ${task.state}${cause}`;
}

/** What takes secrets out of a text. */
export function redactorOf({ secrets = [] }: Pick<AwaitedTasks, "secrets">): (text: string) => string {
    const known = new Redactor(secrets);
    return (text) => known.redact(text);
}

/** Restarts of connectors with FAILED tasks, with growing pauses. */
class Restarts {
    private readonly made = new Map<string, { count: number; lastMs: number }>();

    constructor(
        private readonly member: string,
        private readonly worker: string,
    ) {}

    /** @throws Hopeless when a task has FAILED after each restart. */
    async next(failed: connect.TaskStatus[]): Promise<void> {
        for (const connector of new Set(failed.map((task) => task.connector))) {
            const { count, lastMs } = this.made.get(connector) ?? { count: 0, lastMs: Date.now() };
            this.made.set(connector, { count, lastMs });
            if (Date.now() - lastMs < RESTART_PAUSES_MS[count]!) continue;
            if (count === RESTART_PAUSES_MS.length - 1) {
                const tasks = failed.filter((task) => task.connector === connector).map(describe);
                throw new Hopeless(
                    `Connect cluster: member ${this.member} is back, but what ran before does not, after ${count} ` +
                        `restarts: ${tasks.join(", ")}`,
                );
            }
            // Workers that are busy with a rebalance refuse it: the next look tries again
            const isTaken = await connect.restartFailed(this.worker, connector).then(
                () => true,
                () => false,
            );
            if (isTaken) this.made.set(connector, { count: count + 1, lastMs: Date.now() });
        }
    }
}
