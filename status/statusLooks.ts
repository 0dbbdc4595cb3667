import { messageOf } from "../servers/wait";
import { findings } from "./findings/findings";
import type { Look } from "./flow";
import type { PageState } from "./page/page";
import { collectPlatform, type PlatformTarget } from "./platform";
import { remember, type Sample, sampleOf } from "./rates";

/** Without a question for so long, nobody looks at the page any more. */
const WATCHED_MS = 30_000;
/** A look that is older is not shown as the state of now. */
const FRESH_MS = 10_000;

/** Looks at a platform, one after the other, for as long as somebody asks for them. */
export class StatusLooks {
    private look: Look | undefined;
    private failure: PageState["failure"];
    private history: Sample[] = [];
    private askedAt = 0;
    private lookedAt = 0;
    private looking: Promise<void> | undefined;
    private timer: NodeJS.Timeout | undefined;
    private isClosed = false;

    /** @param collect how to look; for tests */
    constructor(
        private readonly target: PlatformTarget,
        private readonly intervalSeconds: number,
        private readonly collect: typeof collectPlatform = collectPlatform,
    ) {}

    /** What there is to show now. Waits for a look when there is none, or only one that is out of date. */
    async current(): Promise<PageState> {
        this.askedAt = Date.now();
        if (this.timer === undefined) await this.lookNow();
        return this.once();
    }

    /** The same for one who comes back rarely, such as Prometheus: looks do not go on in between. */
    async once(): Promise<PageState> {
        if (Date.now() - this.lookedAt > Math.max(FRESH_MS, 2000 * this.intervalSeconds)) await this.lookNow();
        const { look, failure } = this;
        return { stack: this.target.stack, look, failure, now: Date.now() };
    }

    /** Ends after a look that is under way. */
    async close(): Promise<void> {
        this.isClosed = true;
        clearTimeout(this.timer);
        await this.looking;
    }

    /** Looks never overlap: who asks during one gets that one. */
    private lookNow(): Promise<void> {
        clearTimeout(this.timer);
        this.looking ??= this.takeLook().finally(() => {
            this.looking = undefined;
            this.lookedAt = Date.now();
            this.timer = this.isClosed ? undefined : setTimeout(() => this.goOn(), this.intervalSeconds * 1000);
        });
        return this.looking;
    }

    private goOn(): void {
        if (Date.now() - this.askedAt < WATCHED_MS) void this.lookNow();
        else this.timer = undefined;
    }

    private async takeLook(): Promise<void> {
        try {
            const report = await this.collect(this.target);
            this.history = remember(this.history, sampleOf(report));
            this.look = { report, found: findings(report), history: this.history };
            this.failure = undefined;
        } catch (error) {
            this.failure = { since: this.failure?.since ?? Date.now(), error: messageOf(error) };
        }
    }
}
