import { messageOf } from "@connect-cdc/connector/client";
import { statusOf } from "./findings/findings";
import type { TrackedStatus } from "./flow";
import type { PageState } from "./page/page";
import type { PlatformTarget } from "./platformTarget";
import { addCounts, type Counts, countsOf } from "./rates";
import { takeSnapshot } from "./takeSnapshot";

/** Polling ends after this time without a call of {@link SnapshotPoller.current}, ms. */
const IDLE_MS = 30_000;
/** An older snapshot is not shown as the current state, ms. */
const FRESH_MS = 10_000;

/** Takes snapshots of a platform, one after the other, while they are requested. */
export class SnapshotPoller {
    private status: TrackedStatus | undefined;
    private failure: PageState["failure"];
    private history: Counts[] = [];
    private usedAt = 0;
    private endedAt = 0;
    private running: Promise<void> | undefined;
    private timer: NodeJS.Timeout | undefined;
    private isClosed = false;

    /** @param take takes a snapshot; other than the default in tests. */
    constructor(
        private readonly target: PlatformTarget,
        private readonly intervalSeconds: number,
        private readonly take: typeof takeSnapshot = takeSnapshot,
    ) {}

    /** The state to show now. Waits for a snapshot when it has none, or only an old one. */
    async current(): Promise<PageState> {
        this.usedAt = Date.now();
        if (this.timer === undefined) await this.poll();
        return this.once();
    }

    /** The same for rare callers, such as Prometheus: polling does not go on in between. */
    async once(): Promise<PageState> {
        if (Date.now() - this.endedAt > Math.max(FRESH_MS, 2000 * this.intervalSeconds)) await this.poll();
        const { status, failure } = this;
        return { stack: this.target.stack, status, failure, now: Date.now() };
    }

    /** Resolves after the snapshot that is being taken. */
    async close(): Promise<void> {
        this.isClosed = true;
        clearTimeout(this.timer);
        await this.running;
    }

    /** Snapshots never overlap: a caller waits for the one that is being taken. */
    private poll(): Promise<void> {
        clearTimeout(this.timer);
        this.running ??= this.update().finally(() => {
            this.running = undefined;
            this.endedAt = Date.now();
            this.timer = this.isClosed ? undefined : setTimeout(() => this.pollAgain(), this.intervalSeconds * 1000);
        });
        return this.running;
    }

    private pollAgain(): void {
        if (Date.now() - this.usedAt < IDLE_MS) void this.poll();
        else this.timer = undefined;
    }

    private async update(): Promise<void> {
        try {
            const snapshot = await this.take(this.target);
            this.history = addCounts(this.history, countsOf(snapshot));
            this.status = { ...statusOf(snapshot), history: this.history };
            this.failure = undefined;
        } catch (error) {
            this.failure = { since: this.failure?.since ?? Date.now(), error: messageOf(error) };
        }
    }
}
