import { Deadline } from "../client/clock";
import { ConnectorStatus, MemberStatus } from "../client/types";

/** After this long a restart that nobody saw is over, ms: workers may hear of a changed config with their 3 s heartbeat only. */
const LONGEST_MS = 10_000;
/**
 * The same, once the workers tell the new task configs. They tell them after the rebalance in which their old tasks stopped;
 * what may be late then are the new tasks' statuses, and a worker that was not asked. As long as a state must be good.
 */
const AFTER_NEW_TASK_CONFIGS_MS = 700;
/** Between two questions for the task configs, ms; the status is looked at more often. */
const TASK_CONFIGS_EVERY_MS = 200;

/** How a restart can be noticed. */
export interface RestartSigns {
    /** After this long the restart is over, ms. */
    withinMs?: number;
    /** True as soon as the tasks have other configs than before. */
    haveNewConfigs?: () => Promise<boolean>;
}

/**
 * Tells the status of restarted tasks from the one they had before. Connect's statuses carry no generation: right after a
 * changed config or a restart they still say RUNNING (or FAILED) of the old tasks, and a quick restart shows no other state
 * at all. So either every task is seen in another state, on another worker or not at all, or the time in which that can
 * happen must be over.
 */
export class Generation {
    private readonly unseen: Map<number | "connector", string>;
    private readonly hadFailed: boolean;
    private isAsking = false;
    private newConfigs = false;
    private askAgainMs = 0;
    /** True when the last status was the first one of some restarted task. */
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

    /** True when this status, and all that follow, are of the restarted tasks. */
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
     * Asks beside the looks: a worker gives task configs only when no rebalance keeps it, and during a rebalance is just when
     * a restart can be seen.
     */
    private askForNewConfigs(): void {
        const { haveNewConfigs } = this.signs;
        // A task that had FAILED says so until its next start has come to an end, which may take long.
        if (!haveNewConfigs || this.hadFailed || this.newConfigs || this.isAsking || this.nowMs < this.askAgainMs) {
            return;
        }

        this.isAsking = true;
        void haveNewConfigs()
            .then((areNew) => {
                this.newConfigs = areNew;
                if (areNew) this.overMs = Math.min(this.overMs, this.nowMs + AFTER_NEW_TASK_CONFIGS_MS);
            })
            .catch(() => undefined) // the looks meet the same trouble, and tell of it
            .finally(() => {
                this.isAsking = false;
                this.askAgainMs = this.nowMs + TASK_CONFIGS_EVERY_MS;
            });
    }

    private get nowMs(): number {
        return this.deadline.clock.now();
    }
}

/** The tasks; of a connector without tasks itself. */
function membersById(status: ConnectorStatus): Map<number | "connector", MemberStatus> {
    const tasks = status.tasks.map((task) => [task.id, task] as const);
    return tasks.length > 0 ? new Map(tasks) : new Map([["connector", status.connector]]);
}

/** A task that is paused or resumed is the same one: only its restart is to be seen. */
function fingerprint({ state, worker_id }: MemberStatus): string {
    return `${state === "PAUSED" ? "RUNNING" : state} ${worker_id}`;
}
