import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PlatformTarget } from "../../../status/platform";
import { StatusLooks } from "../../../status/statusLooks";
import { healthyPlatform } from "./platforms";

const target = { stack: "dev" } as PlatformTarget;

/** Looks that take a while, and are counted. */
class Looking {
    count = 0;
    underWay = 0;
    error: Error | undefined;

    constructor(readonly seconds: number) {}

    readonly collect = async () => {
        this.count++;
        expect(++this.underWay, "looks overlap").toBe(1);
        await new Promise((resolve) => setTimeout(resolve, this.seconds * 1000));
        this.underWay--;
        if (this.error !== undefined) throw this.error;
        return { ...healthyPlatform(), takenAt: Date.now() };
    };
}

beforeEach(() => {
    vi.useFakeTimers();
});

afterEach(() => {
    vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

describe("looks for a page", () => {
    it("are not taken before somebody asks, go on while asked, and end when nobody asks any more", async () => {
        const looking = new Looking(1);
        const looks = new StatusLooks(target, 2, looking.collect);
        await pass(60);
        expect(looking.count).toBe(0);
        void looks.current();
        await pass(33);
        expect(looking.count).toBe(10);
        await pass(600);
        expect(looking.count).toBe(10);
        void looks.current();
        await pass(2);
        expect(looking.count).toBe(11);
        await looks.close();
    });

    it("never overlap, and who asks during one gets it", async () => {
        const looking = new Looking(5);
        const looks = new StatusLooks(target, 2, looking.collect);
        const asked = [looks.current(), looks.current(), looks.once()];
        await pass(5);
        const states = await Promise.all(asked);
        expect(looking.count).toBe(1);
        expect(states.map(({ look }) => look?.report.stack)).toEqual(["dev", "dev", "dev"]);
        await looks.close();
    });

    it("are answered at once while the next one is under way", async () => {
        const looking = new Looking(5);
        const looks = new StatusLooks(target, 2, looking.collect);
        void looks.current();
        await pass(8);
        expect(looking.underWay).toBe(1);
        const { look, now } = await looks.current();
        expect(now - (look?.report.takenAt ?? 0)).toBe(3000);
        const closed = looks.close();
        await pass(5);
        await closed;
    });

    it("that fail leave the last report, and say since when", async () => {
        const looking = new Looking(0);
        const looks = new StatusLooks(target, 2, looking.collect);
        const first = looks.current();
        await pass(0);
        await first;
        looking.error = new Error("no memory");
        await pass(2);
        const failedAt = Date.now();
        await pass(4);
        const { look, failure } = await looks.current();
        expect(look?.report.stack).toBe("dev");
        expect(failure?.error).toBe("no memory");
        expect((failure?.since ?? 0) - failedAt).toBeLessThan(10);
        looking.error = undefined;
        await pass(2);
        expect((await looks.current()).failure).toBeUndefined();
        await looks.close();
    });

    it("end with the server", async () => {
        const looking = new Looking(0);
        const looks = new StatusLooks(target, 2, looking.collect);
        void looks.current();
        await pass(1);
        await looks.close();
        await pass(20);
        expect(looking.count).toBe(1);
    });
});
