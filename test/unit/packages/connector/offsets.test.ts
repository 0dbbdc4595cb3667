import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConnectClient } from "../../../../packages/connector/src/client/client";
import { Deadline } from "../../../../packages/connector/src/client/clock";
import { Connectors } from "../../../../packages/connector/src/client/connectors";
import { Progress } from "../../../../packages/connector/src/client/progress";
import { Redactor } from "../../../../packages/connector/src/client/redact";
import { changeOffsets, OffsetsChange, readOffsets } from "../../../../packages/connector/src/position/offsets";
import { SavedOffsets } from "../../../../packages/connector/src/position/offsetsFile";
import { FakeConnect } from "../../../support/workers/fakeConnect";
import { Fault } from "../../../support/workers/faults";
import { virtualClock } from "../../../support/workers/virtualClock";

const at = (name: string, position: number | null) => ({
    partition: { filename: name },
    offset: position === null ? null : { position },
});
const answer = (status: number, message: string, done = false): Fault => ({ kind: "answer", status, message, done });
const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault);
const toTen: OffsetsChange = { kind: "alter", offsets: [at("a", 10)] };

let fake: FakeConnect;
let clock: ReturnType<typeof virtualClock>;

beforeEach(async () => {
    clock = virtualClock();
    fake = new FakeConnect();
    await fake.start();
    fake.connectors.set("lines", {
        config: { "connector.class": "example.Source" },
        state: "RUNNING",
        generation: 0,
        offsets: [at("a", 50), at("b", 60)],
    });
});
afterEach(() => fake.stop());

function connect(limitSeconds: number): Connectors {
    const deadline = new Deadline(clock, limitSeconds);
    const progress = new Progress("lines", deadline, () => undefined);
    return new Connectors(new ConnectClient([fake.url], { deadline, redactor: new Redactor(), progress }));
}

function failOn(request: RegExp, faults: Fault[]): void {
    fake.faultsOf.push({ request, faults });
}

async function change(what: OffsetsChange, keep: (saved: SavedOffsets) => void = () => undefined) {
    return changeOffsets(connect, "lines", what, keep);
}

const lines = () => fake.connectors.get("lines")!;
const writes = () => fake.writes.map((write) => write.replace("/connectors/lines/", ""));

describe("readOffsets", () => {
    it("returns the connector and the cluster that they belong to", async () => {
        expect(await readOffsets(connect(60), "lines")).toEqual({
            version: 1,
            connector: "lines",
            class: "example.Source",
            type: "sink",
            kafkaClusterId: "fake",
            savedAt: expect.stringMatching(/^\d{4}-.*Z$/),
            offsets: [at("a", 50), at("b", 60)],
        });
    });

    it("refuses a connector that does not exist, and versions that cannot", async () => {
        await expect(readOffsets(connect(60), "nope")).rejects.toThrow('connector "nope" not found');
        fake.version = "3.4.1";
        await expect(readOffsets(connect(60), "lines")).rejects.toThrow(
            `listing offsets needs Kafka Connect 3.5 or newer; ${fake.url} runs 3.4.1`,
        );
    });
});

describe("changeOffsets", () => {
    it("alters the given offsets with the connector stopped, and lets it run again", async () => {
        const result = await change({ kind: "alter", offsets: [at("a", 10), at("b", null)] });
        expect(result).toEqual({
            before: [at("a", 50), at("b", 60)],
            after: [at("a", 10)],
            message: "The offsets for this connector have been altered successfully",
        });
        expect(writes()).toEqual(["PUT stop", "PATCH offsets", "PUT resume"]);
        expect(lines().state).toBe("RUNNING");
    });

    it("restores: removes all offsets but the given ones", async () => {
        const { after } = await change({ kind: "restore", offsets: [at("a", 50), at("c", 5)] });
        expect(after).toEqual([at("a", 50), at("c", 5)]);
    });

    it("restores no offsets at all", async () => {
        expect((await change({ kind: "restore", offsets: [] })).after).toEqual([]);
        lines().offsets = [];
        expect((await change({ kind: "restore", offsets: [] })).message).toBe("The offsets are already as requested.");
    });

    it("resets all", async () => {
        expect((await change({ kind: "reset" })).after).toEqual([]);
        expect(writes()).toEqual(["PUT stop", "DELETE offsets", "PUT resume"]);
    });

    it("pauses again what was paused, and leaves stopped what was stopped", async () => {
        lines().state = "PAUSED";
        await change(toTen);
        expect(writes()).toEqual(["PUT stop", "PATCH offsets", "PUT pause"]);
        lines().state = "STOPPED";
        await change(toTen);
        expect(writes().slice(3)).toEqual(["PATCH offsets"]);
    });

    it("saves the offsets of the stopped connector before it changes them; when that fails, nothing is changed", async () => {
        const kept: unknown[] = [];
        await change(toTen, ({ offsets }) => kept.push(offsets, lines().state, lines().offsets));
        expect(kept).toEqual([[at("a", 50), at("b", 60)], "STOPPED", [at("a", 50), at("b", 60)]]);

        const diskFull = () => {
            throw new Error("disk full");
        };
        await expect(change(toTen, diskFull)).rejects.toThrow('disk full. Connector "lines" is running, as before');
        expect(lines().state).toBe("RUNNING");
        expect(writes().filter((write) => write === "PATCH offsets")).toHaveLength(1);
    });

    it("refuses versions that cannot before it stops anything", async () => {
        fake.version = "3.5.2";
        await expect(change(toTen)).rejects.toThrow("changing offsets needs Kafka Connect 3.6 or newer");
        expect(writes()).toEqual([]);
    });

    it.each<[string, Fault[]]>([
        ["a rebalance", times(5, answer(409, "Cannot complete request because of a conflicting operation"))],
        [
            "a sink's group that is still active",
            times(
                20,
                answer(
                    500,
                    "Failed to alter consumer group offsets for connector lines either because its tasks haven't stopped completely yet or the connector was resumed",
                ),
            ),
        ],
        [
            "a leader that does not know of the stop yet",
            times(5, answer(400, "Connectors must be in the STOPPED state before")),
        ],
        ["a time limit, nothing done", [answer(500, "Request timed out")]],
        ["a time limit, all done", [answer(500, "Request timed out", true)]],
        ["a reset before the effect", [{ kind: "reset" }]],
        ["a reset after the effect", [{ kind: "reset", done: true }]],
        ["an answer that is cut off", [{ kind: "cut" }]],
        ["a worker that is away for a while", times(5, { kind: "reset" })],
    ])("tolerates %s", async (_, faults) => {
        failOn(/PATCH/, faults);
        expect((await change(toTen)).after).toEqual([at("b", 60), at("a", 10)]);
        expect(lines().state).toBe("RUNNING");
    });

    it("settles a lost answer by reading back, not by a second change", async () => {
        failOn(/PATCH/, [{ kind: "reset", done: true }]);
        expect((await change(toTen)).message).toContain("the offsets were read back");
        expect(writes().filter((write) => write === "PATCH offsets")).toHaveLength(1);
    });

    it.each<[string, RegExp, Fault[]]>([
        ["the change", /PATCH/, [answer(400, "offsets of another connector")]],
        ["the stop", /PUT .*stop/, [answer(415, "Unsupported Media Type")]],
        ["reading the offsets", /GET .*offsets/, [answer(500, "Failed to find any class that implements Connector")]],
    ])("lets the connector run again when %s fails", async (_, request, faults) => {
        failOn(request, faults);
        const detail = (faults[0] as { message: string }).message;
        await expect(change(toTen)).rejects.toThrow(
            new RegExp(`${detail}\\. Connector "lines" is running, as before$`),
        );
        expect(lines().state).toBe("RUNNING");
        expect(lines().offsets).toEqual([at("a", 50), at("b", 60)]);
    });

    it("reports that the offsets may have been changed", async () => {
        failOn(/PATCH/, times(500, { kind: "reset" }));
        await expect(change(toTen)).rejects.toThrow(
            /The offsets may have been changed\. Connector "lines" is running, as before$/,
        );
    });

    it("reports the connector's state when it cannot be restored", async () => {
        failOn(/PUT .*resume/, times(500, answer(409, "Cannot complete request because of a conflicting operation")));
        await expect(change(toTen)).rejects.toThrow(
            new RegExp(
                'the offsets were changed, but: The state running of connector "lines" could not be restored: .*409.*' +
                    `State now: connector STOPPED, no tasks\\. Restore it with: curl -X PUT ${fake.url}/connectors/lines/resume$`,
            ),
        );
        expect(lines().offsets).toEqual([at("b", 60), at("a", 10)]);
    });

    it("reports the failure and the connector's state when all workers end in the middle", async () => {
        const everythingFails = () => failOn(/./, times(5000, { kind: "reset" }));
        const start = clock.nowMs;
        const error = await change(toTen, everythingFails).catch((error: Error) => error);
        expect((error as Error).message).toMatch(
            /^GET .*no worker has answered.*could not be restored: .*State now: not known, because no worker answers/,
        );
        expect(clock.nowMs - start).toBeLessThan(300_000);
    });

    it("does not wait for the tasks of a connector that had FAILED before", async () => {
        lines().state = "FAILED";
        await change(toTen);
        expect(writes()).toEqual(["PUT stop", "PATCH offsets", "PUT resume"]);
    });
});
