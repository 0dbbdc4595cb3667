import { Clock } from "./clock";
import { ConnectorStatus, MemberStatus } from "./types";

/** After this long a restart that nobody saw is over, ms: workers hear of a changed config with their 3 s heartbeat. */
const WINDOW_MS = 10_000;

/**
 * Tells the status of restarted tasks from the one they had before. Connect's statuses carry no generation: right after a
 * changed config or a restart they still say RUNNING (or FAILED) of the old tasks. So every task must be seen in another
 * state, on another worker or not at all, or the time in which that can happen must be over.
 */
export class Generation {
    private readonly unseen: Map<number | "connector", string>;
    private readonly overMs: number;

    /** @param before the last status before the restart. */
    constructor(
        before: ConnectorStatus,
        private readonly clock: Clock,
    ) {
        const members = before.tasks.length > 0 ? tasksById(before) : ([["connector", before.connector]] as const);
        this.unseen = new Map([...members].map(([id, member]) => [id, fingerprint(member)]));
        this.overMs = clock.now() + WINDOW_MS;
    }

    /** Takes notice of a status. */
    see(status: ConnectorStatus | undefined): void {
        const tasks = new Map(status ? tasksById(status) : []);
        for (const [id, before] of this.unseen) {
            const now = id === "connector" ? status?.connector : tasks.get(id);
            if (!now || fingerprint(now) !== before) {
                this.unseen.delete(id);
            }
        }
    }

    /** True when what is seen from now on is of the restarted ones. */
    get isNew(): boolean {
        return this.unseen.size === 0 || this.clock.now() >= this.overMs;
    }
}

function tasksById(status: ConnectorStatus): [number, MemberStatus][] {
    return status.tasks.map((task) => [task.id, task]);
}

function fingerprint({ state, worker_id }: MemberStatus): string {
    return `${state} ${worker_id}`;
}
