import { isDeepStrictEqual } from "node:util";
import { Client } from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { consoleLogin, type StackOutputs } from "../../cli/stack/stackOutputs";
import { parseAddress } from "../../servers/address";
import { queueStates } from "../../servers/artemis";
import { done, pending, waitFor } from "../../servers/wait";
import { topicSetting } from "../support/rows/topics";
import { endOffsets, groupLags } from "../support/stack/kafkaTools";
import { sharedStack } from "../support/stack/sharedStack";
import { known, readStatus, type StatusJson } from "../support/stack/statusRun";

const stack = sharedStack();
let outputs: StackOutputs;
let status: StatusJson;

beforeAll(async () => {
    outputs = await stack.outputs();
    // Sinks have a lag from their first row on; the figures are read when it has arrived.
    await stack.npmRun("demo", "--rows", "1");
    status = await readStatus(stack);
});

describe("npm run status -- --json", () => {
    it("finds no problem in a healthy stack, and everything answers", () => {
        expect(status).toMatchObject({ wrong: 0, warnings: 0, findings: [] });
        const { zookeeper, kafka, connect, engines } = status.report;
        expect([zookeeper, kafka, connect].map((members) => members.length)).toEqual([3, 3, 3]);
        expect([...zookeeper, ...kafka, ...connect, ...engines].filter(({ answer }) => !answer.ok)).toEqual([]);
    });

    it("has the leader, the registered brokers and the containers", () => {
        const servers = status.report.zookeeper.map(({ answer }) => known(answer));
        expect(servers.map(({ mode }) => mode).sort()).toEqual(["follower", "follower", "leader"]);
        expect(servers.map(({ registeredBrokers }) => registeredBrokers)).toEqual([0, 1, 2].map(() => [0, 1, 2]));
        const running = known(status.report.containers).filter(({ state }) => state === "running");
        expect(running.map(({ health }) => health)).toEqual(Array(11).fill("healthy"));
    });

    it("has the topics with the figures and settings that Kafka itself has", async () => {
        const { topics } = known(status.report.kafkaCluster);
        const offsets = await endOffsets(stack.handle.name);
        const names = [...new Set([...offsets.keys()].map((partition) => partition.replace(/:\d+$/, "")))];
        expect(topics.map(({ name }) => name)).toEqual(names.sort());
        const still = ["localhost.cdc.customers", "my-connect-configs"];
        for (const name of still) {
            const topic = topics.find((one) => one.name === name);
            const setting = (key: string) => topicSetting(outputs.addresses.kafka, name, key);
            expect(topic).toEqual({
                name,
                partitions: 1,
                replicationFactor: 3,
                cleanupPolicy: await setting("cleanup.policy"),
                minInsyncReplicas: Number(await setting("min.insync.replicas")),
                endOffsets: offsets.get(`${name}:0`),
            });
        }
    });

    it("has each sink's lag as Kafka's own tool has it, less the control records of transactions", async () => {
        const check = async () => {
            const { report } = await readStatus(stack);
            return known(report.connectors).map(({ name, lag }) => [name, lag]);
        };
        const byKafka = async () => {
            const lags = await groupLags(stack.handle.name);
            return ["json-jms-sink", "xml-jms-sink"].map((name) => lags.get(`connect-${name}`));
        };
        const none = [
            ["dbz-source", null],
            ["json-jms-sink", 0],
            ["xml-jms-sink", 0],
        ];
        // Workers commit every 10 s: the figures are of one moment when Kafka's own are the same before and after.
        const moment = async () => {
            const before = await byKafka();
            const seen = await check();
            // A group is known from its first commit on.
            if (before.includes(undefined)) return pending("a sink has not committed yet");
            const isSame = isDeepStrictEqual(before, await byKafka()) && isDeepStrictEqual(seen, none);
            return isSame ? done(before) : pending(`${JSON.stringify(seen)}; Kafka's: ${before.join(", ")}`);
        };
        // A few transactions may have ended without a row
        const lags = await waitFor(moment, { what: "lags without a record", timeoutSeconds: 60 });
        for (const lag of lags) expect(lag).toBeLessThanOrEqual(10);
    });

    it("has the log that the slot holds as PostgreSQL itself has it", async () => {
        const { address = "", name: database, user, password } = outputs.database;
        const client = new Client({ ...parseAddress(address), database, user, password });
        await client.connect();
        const check = async () => {
            const { rows } = await client.query<{ restart: string; held: number }>(
                "select restart_lsn as restart, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::int as held" +
                    " from pg_replication_slots",
            );
            return rows[0]!;
        };
        // Heartbeats write to the log every few seconds: the figures are of one place of the slot when it has not moved meanwhile
        const seen = async () => {
            const first = await check();
            const { report } = await readStatus(stack);
            const last = await check();
            const [slot] = known(report.database?.answer).slots;
            expect(slot).toMatchObject({ name: "dbz_source", active: true, walStatus: "reserved" });
            if (first.restart !== last.restart) return pending("the slot moves");
            return done({ first: first.held, status: slot!.walHeldBytes, last: last.held });
        };
        const { first, status, last } = await waitFor(seen, { what: "a slot that stands still", timeoutSeconds: 60 });
        expect(status).toBeGreaterThanOrEqual(first);
        expect(status).toBeLessThanOrEqual(last);
        await client.end();
    });

    it("has the queues as the JMS broker has them", async () => {
        const { jmsBroker } = outputs;
        const states = await queueStates(consoleLogin(outputs));
        const own = states.filter(({ name }) => jmsBroker.queues.includes(name));
        expect(known(status.report.jmsBroker?.answer)).toEqual({ queues: own, missingQueues: [] });
    });

    it("holds no password", async () => {
        const { stdout } = await stack.npmRun("status", "--json");
        expect(stdout).not.toContain(outputs.database.password);
        expect(stdout).not.toContain(outputs.jmsBroker.password);
    });
});
