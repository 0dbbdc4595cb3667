import { describe, expect, it } from "vitest";
import { eventJson, eventLine, type EventMemory, eventsOf, hasWrongFinding } from "../../../status/events";
import type { Finding } from "../../../status/finding";
import type { PlatformSnapshot } from "../../../status/snapshot";
import { durationText } from "../../../status/units";
import { connector, finding, silentWorkers, snapshotAt, start } from "./smallSnapshots";

/** Takes a snapshot every 10 s, one for each entry, and returns `level subject: text` of each event, by snapshot. */
function watch(snapshots: { found?: Finding[]; snapshot?: Partial<PlatformSnapshot> }[], confirm = 2) {
    let memory: EventMemory | undefined;
    const reported = snapshots.map(({ found = [], snapshot = {} }, i) => {
        // A file may hold the memory
        const before = memory && (JSON.parse(JSON.stringify(memory)) as EventMemory);
        const { memory: after, events } = eventsOf(
            before,
            { snapshot: snapshotAt(10 * i, snapshot), findings: found },
            confirm,
        );
        memory = after;
        return events.map(({ level, subject, text }) => `${level} ${subject}: ${text}`);
    });
    return { reported: reported.slice(1), first: reported[0], memory: memory! };
}

const none = {};
const bad = { found: [finding("a")] };
const count = (n: number) => ({ found: [finding("a", { text: `slot holds ${n} MiB, exited ${n} minutes ago` })] });

describe("findings of several snapshots", () => {
    it.each<[string, { found?: Finding[] }[], string[][]]>([
        ["nothing, when all stays well", [none, none, none], [[], []]],
        ["nothing about a finding in one snapshot only", [none, bad, none, none], [[], [], []]],
        ["once, a finding that lasts", [none, bad, bad, bad], [[], ["wrong a: a is bad"], []]],
        ["a finding of the first snapshot, when it lasts", [bad, bad, bad], [["wrong a: a is bad"], []]],
        [
            "its end, with its duration",
            [none, bad, bad, none, none, none],
            [[], ["wrong a: a is bad"], [], ["ok a: well again after 20 s; it was: a is bad"], []],
        ],
        [
            "nothing about a finding that is absent from one snapshot only",
            [none, bad, bad, none, bad, bad, none, none],
            [[], ["wrong a: a is bad"], [], [], [], [], ["ok a: well again after 50 s; it was: a is bad"]],
        ],
        [
            "nothing about a finding that comes and goes",
            [none, bad, none, bad, none, bad, none],
            [[], [], [], [], [], []],
        ],
        [
            "nothing about a changed number",
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
    ])("report %s", (_, snapshots, expected) => {
        expect(watch(snapshots).reported).toEqual(expected);
    });

    it("are reported at once with confirm 1", () => {
        expect(watch([none, bad, none], 1).reported).toEqual([
            ["wrong a: a is bad"],
            ["ok a: well again after 10 s; it was: a is bad"],
        ]);
    });

    it.each<[string, { found?: Finding[] }[], boolean]>([
        ["nothing was found", [none, none], false],
        ["it is not confirmed", [none, bad], false],
        ["it lasts", [bad, bad], true],
        ["it may be over", [bad, bad, none], true],
        ["it is over", [bad, bad, none, none], false],
        ["it is a warning", [1, 2].map(() => ({ found: [finding("a", { level: "warning" })] })), false],
    ])("show whether there is a problem: %s", (_, snapshots, expected) => {
        expect(hasWrongFinding(watch(snapshots).memory)).toBe(expected);
    });

    it.each([
        ["task:sink/0", silentWorkers],
        ["plugins:connect-0", silentWorkers],
        ["slot:dbz", { database: { address: "x:1", answer: { ok: false as const, error: "refused" } } }],
    ])("are not over while their source does not answer: %s", (key, silent) => {
        const failed = { found: [finding(key)] };
        expect(
            watch([failed, failed, { snapshot: silent }, { snapshot: silent }, { snapshot: silent }]).reported,
        ).toEqual([[`wrong ${key}: ${key} is bad`], [], [], []]);
        expect(watch([failed, failed, { snapshot: silent }, none, none]).reported.at(-1)).toEqual([
            `ok ${key}: well again after 30 s; it was: ${key} is bad`,
        ]);
    });
});

describe("the first snapshot", () => {
    it.each<[string, Finding[], string]>([
        ["all is well", [], "all is well"],
        ["wrong", [finding("a"), finding("b")], "2 wrong"],
        ["warnings", [finding("a"), finding("b", { level: "warning" })], "1 wrong, 1 warning"],
    ])("is reported in one line: %s", (_, found, verdict) => {
        const members = "3 of 3 ZooKeeper servers, 3 of 3 brokers, 3 of 3 workers";
        const text = `${members}, connectors: 1, tasks running: 1 of 1; ${verdict}`;
        expect(watch([{ found }]).first).toEqual([`info stack test: ${text}`]);
    });

    it("has the schema registry where the stack runs one", () => {
        const registry = [
            { name: "registry-0", address: "127.0.0.1:8081", answer: { ok: false as const, error: "silent" } },
        ];
        const [line] = watch([{ snapshot: { ...snapshotAt(0), registry } }]).first!;
        expect(line).toContain("3 of 3 workers, 0 of 1 registry instances, connectors: 1");
    });

    it("reports what is not known", () => {
        expect(watch([{ snapshot: silentWorkers }]).first?.[0]).toContain("0 of 1 workers, connectors not known");
    });
});

describe("a change that is no problem", () => {
    const zookeeper = snapshotAt(0).zookeeper.map((server, i) => ({
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

    it.each<[string, Partial<PlatformSnapshot>[], string[]]>([
        ["the leader", [{}, { zookeeper }], ["info zookeeper: zookeeper-2 leads now; it was zookeeper-1"]],
        ["the controller", [{}, { kafkaCluster }], ["info kafka: broker 2 is controller now; it was 0"]],
        [
            "a task",
            [{}, onWorker("connect-2:8083")],
            ["info sink/0: runs on connect-2:8083 now; it was on connect-0:8083"],
        ],
        [
            "a task, after a snapshot in which no worker answered",
            [{}, silentWorkers, onWorker("connect-2:8083")],
            ["info sink/0: runs on connect-2:8083 now; it was on connect-0:8083"],
        ],
        ["a new connector", [{}, connectors(connector("new"), connector("sink"))], ["info new: connector added"]],
        ["a removed connector", [{}, connectors()], ["info sink: connector removed"]],
        [
            "a paused one",
            [{}, connectors(connector("sink", ["PAUSED"], { state: "PAUSED" }))],
            ["info sink: PAUSED now; it was RUNNING"],
        ],
        ["not a connector that is just starting", [{}, connectors(connector("sink", [], { state: "UNASSIGNED" }))], []],
        ["not parts without an answer", [{}, silentWorkers], []],
    ])("is reported: %s", (_, snapshots, expected) => {
        expect(watch(snapshots.map((snapshot) => ({ snapshot }))).reported.at(-1)).toEqual(expected);
    });

    it("is not reported beside a finding of the same", () => {
        const gone = { snapshot: connectors(), found: [finding("missing", { subject: "sink" })] };
        expect(watch([none, gone]).reported).toEqual([[]]);
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
    ])("writes a duration of %d ms as %s", (ms, expected) => {
        expect(durationText(ms)).toBe(expected);
    });
});
