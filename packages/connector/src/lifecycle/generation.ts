import { Deadline } from "../client/clock";
import { ConnectorStatus, MemberStatus } from "../client/types";

/** A restart that was not seen is over after this time, ms: workers may receive a changed config with their 3 s heartbeat only. */
const LONGEST_MS = 10_000;
/**
 * The same after the workers return the new task configs. They do so after the rebalance in which the old tasks stopped; only
 * the statuses of the new tasks, and a worker that was not asked, may be late then. As long as a state must be stable.
 */
const AFTER_NEW_TASK_CONFIGS_MS = 700;
/** Pause between two requests for the task configs, ms. The status is read more often. */
const TASK_CONFIGS_EVERY_MS = 200;

/** Signs of a restart. */
export interface RestartSigns {
    /** The restart is over after this time, ms. */
    withinMs?: number;
    /** True when the tasks have other configs than before. */
    haveNewConfigs?: () => Promise<boolean>;
}

/**
 * Distinguishes the status of restarted tasks from the previous one. Connect's statuses have no generation: right after a changed
 * config or a restart they are still RUNNING (or FAILED) for the old tasks, and a quick restart shows no other state at all. So
 * either every task was seen in another state, on another worker or not at all, or the time for that is over.
 */
export class Generation {
    private readonly unseen: Map<number | "connector", string>;
    private readonly hadFailed: boolean;
    private isAsking = false;
    private newConfigs = false;
    private askAgainMs = 0;
    /** True when the last status was the first one of a restarted task. */
    hasJustChanged = false;
    private overMs: number;

    /** @param before the last status before the restart. */
    constructor(
        before: ConnectorStatus,
        private readonly deadline: Deadline,
        private readonly signs: RestartSigns = {},
    ) {
        const members = membersById(before);
        this.unseen = new Map([...members].map(([id, member]) => [id, fingerprint(member)]));
        this.hadFailed = [before.connector, ...before.tasks].some((member) => member.state === "FAILED");
        this.overMs = this.nowMs + (signs.withinMs ?? LONGEST_MS);
    }

    /** True when this status, and every later one, belongs to the restarted tasks. */
    isNew(status: ConnectorStatus | undefined): boolean {
        const members = status ? membersById(status) : new Map<number | "connector", MemberStatus>();
        const changed = [...this.unseen].filter(([id, before]) => {
            const now = members.get(id);
            return !now || fingerprint(now) !== before;
        });
        changed.forEach(([id]) => this.unseen.delete(id));
        this.hasJustChanged = changed.length > 0;
        if (this.unseen.size === 0 || this.nowMs >= this.overMs) return true;

        this.askForNewConfigs();
        return false;
    }

    /**
     * Asks in parallel to the status: a worker returns task configs only outside of a rebalance, and a restart can be seen
     * during one.
     */
    private askForNewConfigs(): void {
        const { haveNewConfigs } = this.signs;
        // A FAILED task keeps that status until its next start has ended, which may take long
        if (!haveNewConfigs || this.hadFailed || this.newConfigs || this.isAsking || this.nowMs < this.askAgainMs) {
            return;
        }

        this.isAsking = true;
        void haveNewConfigs()
            .then((areNew) => {
                this.newConfigs = areNew;
                if (areNew) this.overMs = Math.min(this.overMs, this.nowMs + AFTER_NEW_TASK_CONFIGS_MS);
            })
            .catch(() => undefined) // The status request meets the same error
            .finally(() => {
                this.isAsking = false;
                this.askAgainMs = this.nowMs + TASK_CONFIGS_EVERY_MS;
            });
    }

    private get nowMs(): number {
        return this.deadline.clock.now();
    }
}

/** The tasks, or the connector itself if it has none. */
function membersById(status: ConnectorStatus): Map<number | "connector", MemberStatus> {
    const tasks = status.tasks.map((task) => [task.id, task] as const);
    return tasks.length > 0 ? new Map(tasks) : new Map([["connector", status.connector]]);
}

/** Pausing or resuming a task is not a restart. */
function fingerprint({ state, worker_id }: MemberStatus): string {
    return `${state === "PAUSED" ? "RUNNING" : state} ${worker_id}`;
}
