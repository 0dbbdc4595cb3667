import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PlatformTarget } from "../../../status/platformTarget";
import { SnapshotPoller } from "../../../status/snapshotPoller";
import { healthyPlatform } from "./snapshots";

const target = { stack: "dev" } as PlatformTarget;

/** Slow snapshots, with their number. */
class SlowSnapshots {
    count = 0;
    running = 0;
    error: Error | undefined;

    constructor(readonly seconds: number) {}

    readonly take = async () => {
        this.count++;
        expect(++this.running, "snapshots overlap").toBe(1);
        await new Promise((resolve) => setTimeout(resolve, this.seconds * 1000));
        this.running--;
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

describe("snapshots for a page", () => {
    it("are not taken before the first request, and end some time after the last one", async () => {
        const slow = new SlowSnapshots(1);
        const poller = new SnapshotPoller(target, 2, slow.take);
        await pass(60);
        expect(slow.count).toBe(0);
        void poller.current();
        await pass(33);
        expect(slow.count).toBe(10);
        await pass(600);
        expect(slow.count).toBe(10);
        void poller.current();
        await pass(2);
        expect(slow.count).toBe(11);
        await poller.close();
    });

    it("never overlap: requests wait for the running one", async () => {
        const slow = new SlowSnapshots(5);
        const poller = new SnapshotPoller(target, 2, slow.take);
        const asked = [poller.current(), poller.current(), poller.once()];
        await pass(5);
        const states = await Promise.all(asked);
        expect(slow.count).toBe(1);
        expect(states.map(({ status }) => status?.snapshot.stack)).toEqual(["dev", "dev", "dev"]);
        await poller.close();
    });

    it("are shown at once while the next one is being taken", async () => {
        const slow = new SlowSnapshots(5);
        const poller = new SnapshotPoller(target, 2, slow.take);
        void poller.current();
        await pass(8);
        expect(slow.running).toBe(1);
        const { status, now } = await poller.current();
        expect(now - (status?.snapshot.takenAt ?? 0)).toBe(3000);
        const closed = poller.close();
        await pass(5);
        await closed;
    });

    it("that fail leave the last one, with the time of the first failure", async () => {
        const slow = new SlowSnapshots(0);
        const poller = new SnapshotPoller(target, 2, slow.take);
        const first = poller.current();
        await pass(0);
        await first;
        slow.error = new Error("no memory");
        await pass(2);
        const failedAt = Date.now();
        await pass(4);
        const { status, failure } = await poller.current();
        expect(status?.snapshot.stack).toBe("dev");
        expect(failure?.error).toBe("no memory");
        expect((failure?.since ?? 0) - failedAt).toBeLessThan(10);
        slow.error = undefined;
        await pass(2);
        expect((await poller.current()).failure).toBeUndefined();
        await poller.close();
    });

    it("end with the server", async () => {
        const slow = new SlowSnapshots(0);
        const poller = new SnapshotPoller(target, 2, slow.take);
        void poller.current();
        await pass(1);
        await poller.close();
        await pass(20);
        expect(slow.count).toBe(1);
    });
});
