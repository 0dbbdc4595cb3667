import { messageOf } from "@connect-cdc/connector/client";
import { describe, expect, it } from "vitest";
import { done, pending, waitFor } from "../../../servers/wait";

describe("waitFor", () => {
    it("returns the value once the condition is done", async () => {
        let looks = 0;
        const condition = async () => (++looks < 3 ? pending("not yet") : done("ready"));
        await expect(waitFor(condition, { what: "it", timeoutSeconds: 5, intervalSeconds: 0.01 })).resolves.toBe(
            "ready",
        );
        expect(looks).toBe(3);
    });

    it("treats a condition that throws as not done yet", async () => {
        let looks = 0;
        const condition = async () => {
            if (++looks === 1) throw new Error("refused");

            return done(looks);
        };
        await expect(waitFor(condition, { what: "it", timeoutSeconds: 5, intervalSeconds: 0.01 })).resolves.toBe(2);
    });

    it("names what it waited for, the limit, the last seen state and the remedy", async () => {
        const condition = async () => pending("1 of 3 brokers registered");
        const options = {
            what: "Kafka cluster (a:1)",
            timeoutSeconds: 0.05,
            intervalSeconds: 0.01,
            remedy: "See the log",
        };
        await expect(waitFor(condition, options)).rejects.toThrow(
            "Kafka cluster (a:1): not ready after 0.05 s. Last seen: 1 of 3 brokers registered. See the log",
        );
    });

    it("checks at least once, and a last time at the limit", async () => {
        let looks = 0;
        const condition = async () => (++looks === 2 ? done() : pending("no"));
        await waitFor(condition, { what: "it", timeoutSeconds: 0.02, intervalSeconds: 10 });
        expect(looks).toBe(2);
    });

    it("reports progress with the time so far and the limit", async () => {
        const lines: string[] = [];
        let looks = 0;
        const condition = async () => (++looks > 4 ? done() : pending("no leader"));
        await waitFor(condition, {
            what: "ZooKeeper ensemble",
            timeoutSeconds: 60,
            intervalSeconds: 0.02,
            progressSeconds: 0.01,
            onProgress: (line) => lines.push(line),
        });
        expect(lines[0]).toBe("waiting for ZooKeeper ensemble: 0 s of at most 60 s; no leader");
    });

    it("reports nothing while the wait is short", async () => {
        const lines: string[] = [];
        await waitFor(async () => done(), { what: "it", timeoutSeconds: 1, onProgress: (line) => lines.push(line) });
        expect(lines).toEqual([]);
    });
});

describe("messageOf", () => {
    it("finds the first cause of a connection tried at several addresses", () => {
        expect(messageOf(new AggregateError([new Error("connect ECONNREFUSED ::1:9")]))).toBe(
            "connect ECONNREFUSED ::1:9",
        );
    });
});
