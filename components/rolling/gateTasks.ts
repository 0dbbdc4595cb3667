import { causeOf, type ConnectorStatus, type Credentials, messageOf, Redactor } from "@connect-cdc/connector/client";
import * as connect from "../../servers/connect";
import { type Attempt, done, Hopeless, pending, waitFor } from "../../servers/wait";

/** The tasks that a worker's gate waits for. */
export interface AwaitedTasks {
    /**
     * Tasks that ran before the roll, as "connector/task": each of them that still exists must run again. Default: all tasks
     * except FAILED ones, which may have failed before the roll.
     */
    runningTasks?: string[];
    /**
     * Connectors that this update does not change. The gate does not wait for a FAILED task of another connector: its change
     * comes after the roll, and may be the remedy. Default: all.
     */
    keptConnectors?: string[];
    /** Values that no message may contain. */
    secrets?: string[];
    /** Credentials for the workers. Default: they take plain requests. */
    credentials?: Credentials;
}

/** Pauses before each restart of a FAILED task, and after the last restart before the gate gives up, ms. */
const RESTART_PAUSES_MS = [1000, 4000, 15_000];
/** Limit of a restart at the end of a roll, s. */
const RESTART_SECONDS = 15;

/**
 * A condition for `waitFor`: the worker is healthy, and the tasks run that ran before. A FAILED task is restarted: its slot
 * may have been in use still, or it may have run on a worker with the old plugin.
 */
export function untilTasksRun(member: string, worker: string, awaited: AwaitedTasks): () => Promise<Attempt<void>> {
    const redact = redactorOf(awaited);
    const { credentials } = awaited;
    const restarts = new Restarts(member, worker, redact, credentials);
    return async () => {
        await connect.assertHealthy(worker, credentials);
        // A user may have paused or stopped a connector in the meantime
        const active = (await connect.connectorStatuses(worker, credentials)).filter(
            ({ connector: { state } }) => state !== "PAUSED" && state !== "STOPPED",
        );
        const missing = connect.tasksOf(active).filter((task) => isAwaited(task, awaited) && task.state !== "RUNNING");
        await restarts.next(missing.filter(({ state }) => state === "FAILED"));
        return missing.length === 0
            ? done()
            : pending(`tasks that do not run again yet: ${missing.map((task) => taskText(task, redact)).join(", ")}`);
    };
}

/**
 * Restarts unchanged connectors that have FAILED, as the new workers may be the remedy. Connectors that fail again are
 * reported by name; `npm run status` shows the causes.
 *
 * @param workers REST URLs; the first worker that answers is used
 */
export async function restartAfterRoll(
    workers: string[],
    { keptConnectors, credentials }: AwaitedTasks,
): Promise<void> {
    try {
        const worker = await Promise.any(
            workers.map(async (url) => connect.assertHealthy(url, credentials).then(() => url)),
        );
        const failed = (await connect.connectorStatuses(worker, credentials))
            .filter((connector) => isKept(connector.name, keptConnectors) && statesOf(connector).includes("FAILED"))
            .map(({ name }) => name);
        if (failed.length > 0) await restartAll(worker, failed, credentials);
    } catch (error) {
        console.log(`${messageOf(error)} Find the causes with: npm run status`);
    }
}

async function restartAll(worker: string, names: string[], credentials?: Credentials): Promise<void> {
    console.log(`restarted, as they had FAILED: ${names.join(", ")}`);
    const restart = async (name: string) => {
        await connect.restartFailed(worker, name, credentials);
        return done();
    };
    for (const name of names) {
        await waitFor(() => restart(name), { what: `restart of ${name}`, timeoutSeconds: RESTART_SECONDS });
    }

    const run = async () => {
        const still = (await connect.connectorStatuses(worker, credentials))
            .filter((connector) => names.includes(connector.name))
            .filter((connector) => statesOf(connector).some((state) => state !== "RUNNING"));
        return still.length === 0 ? done() : pending(`not running: ${still.map(({ name }) => name).join(", ")}`);
    };
    await waitFor(run, { what: "restarted connectors", timeoutSeconds: RESTART_SECONDS });
}

function isAwaited(task: connect.ListedTask, { runningTasks, keptConnectors }: AwaitedTasks): boolean {
    const isFailed = task.state === "FAILED";
    if (isFailed && !isKept(task.connector, keptConnectors)) return false;
    return runningTasks === undefined ? !isFailed : runningTasks.includes(connect.taskName(task));
}

function isKept(connector: string, keptConnectors: string[] | undefined): boolean {
    return keptConnectors === undefined || keptConnectors.includes(connector);
}

function statesOf({ connector, tasks }: ConnectorStatus): string[] {
    return [connector, ...tasks].map(({ state }) => state);
}

function taskText(task: connect.ListedTask, redact: (text: string) => string): string {
    const cause = task.trace === undefined ? "" : ` on ${task.worker_id}: ${causeOf(redact(task.trace))}`;
    return `${connect.taskName(task)} is ${task.state}${cause}`;
}

/** A function that removes secrets from a text. */
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
        private readonly redact: (text: string) => string,
        private readonly credentials: Credentials | undefined,
    ) {}

    /** @throws Hopeless when a task has FAILED after each restart. */
    async next(failed: connect.ListedTask[]): Promise<void> {
        for (const connector of new Set(failed.map((task) => task.connector))) {
            const { count, lastMs } = this.made.get(connector) ?? { count: 0, lastMs: Date.now() };
            this.made.set(connector, { count, lastMs });
            if (Date.now() - lastMs < RESTART_PAUSES_MS[count]!) continue;
            if (count === RESTART_PAUSES_MS.length - 1) {
                const tasks = failed
                    .filter((task) => task.connector === connector)
                    .map((task) => taskText(task, this.redact));
                throw new Hopeless(
                    `Connect cluster: member ${this.member} is back, but tasks that ran before do not run, after ` +
                        `${count} restarts: ${tasks.join(", ")}`,
                );
            }
            // Workers refuse it during a rebalance: the next check tries again
            const isTaken = await connect.restartFailed(this.worker, connector, this.credentials).then(
                () => true,
                () => false,
            );
            if (isTaken) this.made.set(connector, { count: count + 1, lastMs: Date.now() });
        }
    }
}
