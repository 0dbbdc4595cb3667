import { describe, expect, it } from "vitest";
import { statusOf } from "../../../status/findings/findings";
import { screen, SCREEN_WIDTH } from "../../../status/screen";
import type { Answer, PlatformSnapshot } from "../../../status/snapshot";
import { connector } from "./smallSnapshots";
import { healthyPlatform, ok, silentPlatform, topic } from "./snapshots";

const show = (snapshot: PlatformSnapshot, colour = false) => screen(statusOf(snapshot), { colour });
const lineOf = (text: string, start: string) => text.split("\n").find((line) => line.trimStart().startsWith(start));

describe("screen of a well platform", () => {
    const text = show(healthyPlatform());

    it("has a part for each role, with the number of members that answer", () => {
        expect(text).toMatch(/^ZooKeeper +3 of 3 answer +leader zookeeper-\d +3 of 3 brokers registered$/m);
        expect(text).toMatch(/^Kafka +3 of 3 answer +controller kafka-0 +52 partitions, all in sync$/m);
        expect(text).toMatch(/^Connect +3 of 3 answer +version 3.9.2 +\d+ plugins?, the same on 3 workers$/m);
        expect(text).toMatch(/^PostgreSQL +answers +127.0.0.1:15432/m);
        expect(text).toMatch(/^JMS broker +answers +127.0.0.1:61616/m);
        expect(text.endsWith("All is well.")).toBe(true);
    });

    it("shows topics with partitions, replicas, settings and records", () => {
        expect(lineOf(text, "localhost.cdc.customers")?.trim().split(/ +/)).toEqual(
            ["localhost.cdc.customers", "1", "3"].concat(expect.anything(), ["-", "delete", "12,345"]),
        );
    });

    it("shows connectors and tasks with state, worker and lag", () => {
        expect(lineOf(text, "xml-jms-sink ")).toMatch(/RUNNING +sink +connect-\S+ +3$/);
        expect(lineOf(text, "xml-jms-sink/0")).toMatch(/RUNNING +connect-\S+$/);
    });

    it("begins all fields of a column at the same position", () => {
        const rows = text.split("\n").filter((line) => /^ {2}kafka-\d/.test(line));
        expect(rows).toHaveLength(3);
        expect(new Set(rows.map((line) => line.indexOf("127.0.0.1"))).size).toBe(1);
    });

    it("has no codes without colour", () => {
        expect(text).not.toContain("\u001b");
        expect(show(healthyPlatform(), true)).toContain("\u001b[1mKafka");
    });
});

describe("screen of a platform where nothing answers", () => {
    const text = show(silentPlatform());

    it("shows each member with its remedy", () => {
        for (const name of ["zookeeper-0", "kafka-2", "connect-1"]) expect(lineOf(text, `${name} `)).toContain("WRONG");

        expect(text).toMatch(/^PostgreSQL +does not answer/m);
        expect(text).toMatch(/^WRONG +postgres: the database refused the connection$/m);
        expect(text).toMatch(/^ +-> find the cause: npm run logs -- postgres$/m);
        expect(text).toMatch(/^13 things wrong, 0 warnings\.$/m);
    });

    it("shows wrong findings in red", () => {
        expect(show(silentPlatform(), true)).toContain("\u001b[31mWRONG  \u001b[0m");
    });
});

describe("screen", () => {
    it("counts a warning, and shows that all is well", () => {
        const snapshot = healthyPlatform();
        const all = snapshot.connectors.ok ? snapshot.connectors.value : [];
        snapshot.connectors = ok([
            ...all,
            connector("foreign", ["RUNNING"], { managed: false, declaredState: undefined }),
        ]);
        expect(show(snapshot)).toMatch(/^warning +foreign: .*is not declared/m);
        expect(show(snapshot).endsWith("All is well, with 1 warning.")).toBe(true);
        expect(lineOf(show(snapshot), "foreign")).toContain("(not managed)");
    });

    it("has a part for the schema registry where the stack runs one", () => {
        const registry = (answer: Answer<{ subjects: number }>) =>
            show({ ...healthyPlatform(), registry: [{ name: "registry-0", address: "127.0.0.1:8081", answer }] });
        const well = registry({ ok: true, value: { subjects: 2 } });
        expect(lineOf(well, "Schema registry")).toContain("1 of 1 answer");
        expect(well).toMatch(/^ +registry-0 +ok +2 +127\.0\.0\.1:8081/m);
        const silent = registry({ ok: false, error: "refused" });
        expect(lineOf(silent, "Schema registry")).toContain("0 of 1 answer");
        expect(silent).toContain("registry-0: ");
    });

    it("never exceeds its width", () => {
        const snapshot = healthyPlatform();
        const cause = "PSQLException: ".padEnd(700, "word and ");
        const long = "very-long-".repeat(9);
        snapshot.kafkaCluster = ok({
            ...(snapshot.kafkaCluster.ok ? snapshot.kafkaCluster.value : ({} as never)),
            topics: [topic(long, 1, 3, "compact,delete", undefined)],
        });
        const failing = connector(long, ["FAILED"]);
        failing.tasks[0]!.cause = cause;
        snapshot.connectors = ok([failing]);
        const lines = show(snapshot).split("\n");
        // Text to copy stays in one piece.
        expect(lines.filter((line) => line.length > SCREEN_WIDTH)).toEqual([expect.stringMatching(/^ +'http/)]);
        expect(lines.join(" ").replace(/ +/g, " ")).toContain(cause.trim());
    });

    it("shows the first topics, and how to list all", () => {
        const snapshot = healthyPlatform();
        const topics = Array.from({ length: 100 }, (_, i) => topic(`topic-${i}`, 1, 3, "delete", 0));
        snapshot.kafkaCluster = ok({
            ...(snapshot.kafkaCluster.ok ? snapshot.kafkaCluster.value : ({} as never)),
            topics,
        });
        expect(show(snapshot)).toMatch(/^ +\.\.\. and 70 more: npm run status -- --json has all$/m);
    });
});
