import { describe, expect, it } from "vitest";
import { compareLooks, duration, eventJson, eventLine, isWrong, type Memory } from "../../../status/events";
import type { Finding } from "../../../status/findings/findings";
import type { PlatformReport } from "../../../status/platformReport";
import { connector, finding, reportAt, silentWorkers, start } from "./looks";

/** Looks every 10 s, one per entry, and what they tell: `level subject: text` of each event, by look. */
function watch(looks: { found?: Finding[]; report?: Partial<PlatformReport> }[], confirm = 2) {
    let memory: Memory | undefined;
    const told = looks.map(({ found = [], report = {} }, i) => {
        // What is remembered may come out of a file.
        const before = memory && (JSON.parse(JSON.stringify(memory)) as Memory);
        const { memory: after, events } = compareLooks(before, { report: reportAt(10 * i, report), found }, confirm);
        memory = after;
        return events.map(({ level, subject, text }) => `${level} ${subject}: ${text}`);
    });
    return { told: told.slice(1), first: told[0], memory: memory! };
}

const none = {};
const bad = { found: [finding("a")] };
const count = (n: number) => ({ found: [finding("a", { text: `slot holds ${n} MiB, exited ${n} minutes ago` })] });

describe("findings of several looks", () => {
    it.each<[string, { found?: Finding[] }[], string[][]]>([
        ["nothing, when all stays well", [none, none, none], [[], []]],
        ["nothing of what one look sees", [none, bad, none, none], [[], [], []]],
        ["once, what lasts", [none, bad, bad, bad], [[], ["wrong a: a is bad"], []]],
        ["what was there at the start, when it lasts", [bad, bad, bad], [["wrong a: a is bad"], []]],
        [
            "that it has gone, with how long it was there",
            [none, bad, bad, none, none, none],
            [[], ["wrong a: a is bad"], [], ["ok a: well again after 20 s; it was: a is bad"], []],
        ],
        [
            "nothing of what is gone in one look only",
            [none, bad, bad, none, bad, bad, none, none],
            [[], ["wrong a: a is bad"], [], [], [], [], ["ok a: well again after 50 s; it was: a is bad"]],
        ],
        ["nothing of what comes and goes", [none, bad, none, bad, none, bad, none], [[], [], [], [], [], []]],
        [
            "nothing of figures that move",
            [none, count(5), count(7), count(900), count(1)],
            [[], ["wrong a: slot holds 7 MiB, exited 7 minutes ago"], [], []],
        ],
        [
            "another cause, when it lasts",
            [bad, bad, { found: [finding("a", { text: "other" })] }, { found: [finding("a", { text: "other" })] }, bad],
            [["wrong a: a is bad"], [], ["wrong a: now: other"], []],
        ],
        [
            "another level",
            [bad, bad, ...[1, 2].map(() => ({ found: [finding("a", { level: "warning" })] }))],
            [["wrong a: a is bad"], [], ["warning a: now: a is bad"]],
        ],
        [
            "each of several by itself",
            [none, { found: [finding("a"), finding("b")] }, { found: [finding("b")] }, { found: [finding("b")] }],
            [[], ["wrong b: b is bad"], []],
        ],
    ])("tell %s", (_, looks, expected) => {
        expect(watch(looks).told).toEqual(expected);
    });

    it("tell at once with confirm 1", () => {
        expect(watch([none, bad, none], 1).told).toEqual([
            ["wrong a: a is bad"],
            ["ok a: well again after 10 s; it was: a is bad"],
        ]);
    });

    it.each<[string, { found?: Finding[] }[], boolean]>([
        ["nothing was found", [none, none], false],
        ["it was not seen often enough", [none, bad], false],
        ["it lasts", [bad, bad], true],
        ["it may be over", [bad, bad, none], true],
        ["it is over", [bad, bad, none, none], false],
        ["it is a warning", [1, 2].map(() => ({ found: [finding("a", { level: "warning" })] })), false],
    ])("say whether anything is wrong: %s", (_, looks, expected) => {
        expect(isWrong(watch(looks).memory)).toBe(expected);
    });

    it.each([
        ["task:sink/0", silentWorkers],
        ["plugins:connect-0", silentWorkers],
        ["slot:dbz", { database: { address: "x:1", answer: { ok: false as const, error: "refused" } } }],
    ])("do not call well what could not be asked: %s", (key, silent) => {
        const failed = { found: [finding(key)] };
        expect(watch([failed, failed, { report: silent }, { report: silent }, { report: silent }]).told).toEqual([
            [`wrong ${key}: ${key} is bad`],
            [],
            [],
            [],
        ]);
        expect(watch([failed, failed, { report: silent }, none, none]).told.at(-1)).toEqual([
            `ok ${key}: well again after 30 s; it was: ${key} is bad`,
        ]);
    });
});

describe("the first look", () => {
    it.each<[string, Finding[], string]>([
        ["all is well", [], "all is well"],
        ["wrong", [finding("a"), finding("b")], "2 wrong"],
        ["warnings", [finding("a"), finding("b", { level: "warning" })], "1 wrong, 1 warning"],
    ])("is told in one line: %s", (_, found, verdict) => {
        const members = "3 of 3 ZooKeeper servers, 3 of 3 brokers, 3 of 3 workers";
        const text = `${members}, connectors: 1, tasks running: 1 of 1; ${verdict}`;
        expect(watch([{ found }]).first).toEqual([`info stack test: ${text}`]);
    });

    it("says what it does not know", () => {
        expect(watch([{ report: silentWorkers }]).first?.[0]).toContain("0 of 1 workers, connectors not known");
    });
});

describe("what moves without anything being wrong", () => {
    const zookeeper = reportAt(0).zookeeper.map((server, i) => ({
        ...server,
        answer: {
            ok: true as const,
            value: { ...(server.answer as any).value, mode: i === 2 ? "leader" : "follower" },
        },
    }));
    const kafkaCluster = {
        ok: true as const,
        value: { clusterId: "c", controllerId: 2, brokers: [0, 1, 2], topics: [], underReplicated: [] },
    };
    const connectors = (...value: ReturnType<typeof connector>[]) => ({ connectors: { ok: true as const, value } });
    const onWorker = (worker: string) => {
        const facts = connector("sink");
        return connectors({ ...facts, tasks: facts.tasks.map((task) => ({ ...task, worker })) });
    };

    it.each<[string, Partial<PlatformReport>[], string[]]>([
        ["the leader", [{}, { zookeeper }], ["info zookeeper: zookeeper-2 leads now; it was zookeeper-1"]],
        ["the controller", [{}, { kafkaCluster }], ["info kafka: broker 2 is controller now; it was 0"]],
        [
            "a task",
            [{}, onWorker("connect-2:8083")],
            ["info sink/0: runs on connect-2:8083 now; it was on connect-0:8083"],
        ],
        [
            "a task, while no worker answered for a look",
            [{}, silentWorkers, onWorker("connect-2:8083")],
            ["info sink/0: runs on connect-2:8083 now; it was on connect-0:8083"],
        ],
        ["a new connector", [{}, connectors(connector("new"), connector("sink"))], ["info new: connector added"]],
        ["a connector that is gone", [{}, connectors()], ["info sink: connector removed"]],
        [
            "a paused one",
            [{}, connectors(connector("sink", ["PAUSED"], { state: "PAUSED" }))],
            ["info sink: PAUSED now; it was RUNNING"],
        ],
        ["not a connector that is just starting", [{}, connectors(connector("sink", [], { state: "UNASSIGNED" }))], []],
        ["not what cannot be asked", [{}, silentWorkers], []],
    ])("is told: %s", (_, reports, expected) => {
        expect(watch(reports.map((report) => ({ report }))).told.at(-1)).toEqual(expected);
    });

    it("is not told beside a finding of the same", () => {
        const gone = { report: connectors(), found: [finding("missing", { subject: "sink" })] };
        expect(watch([none, gone]).told).toEqual([[]]);
    });
});

describe("an event", () => {
    const event = { at: start, level: "wrong" as const, subject: "sink/0", text: "task\nFAILED", remedy: "look" };

    it("is one line", () => {
        expect(eventLine(event)).toBe("2026-01-01T00:00:00.000Z  WRONG    sink/0: task FAILED  -> look");
        expect(eventLine({ ...event, level: "ok", remedy: undefined })).toBe(
            "2026-01-01T00:00:00.000Z  ok       sink/0: task FAILED",
        );
    });

    it("is one JSON object", () => {
        expect(eventJson(event)).not.toContain("\n");
        expect(JSON.parse(eventJson(event))).toEqual({
            time: "2026-01-01T00:00:00.000Z",
            level: "wrong",
            subject: "sink/0",
            text: "task\nFAILED",
            remedy: "look",
        });
    });

    it.each([
        [45_000, "45 s"],
        [180_000, "3 min"],
        [7_500_000, "2 h 5 min"],
    ])("says a duration of %d ms as %s", (ms, expected) => {
        expect(duration(ms)).toBe(expected);
    });
});
