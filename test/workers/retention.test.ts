import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import axios from "axios";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { loadClient, withBroker } from "../../servers/kafka";
import { findingsOf } from "../../status/findings/findings";
import type { ConnectorFacts } from "../../status/snapshot";
import { takeSnapshot } from "../../status/takeSnapshot";
import { type ConnectProcess, startConnect } from "../support/workers/connectProcess";

// A topic with one partition, and two stopped sinks of it, one by a list and one by a pattern that JavaScript has not.
const TOPIC = "shop.lines";
const SINKS = { listed: { topics: TOPIC }, matched: { "topics.regex": "(?i)\\QSHOP.\\Elin[e]s" } };
const names = Object.keys(SINKS);
const TOPIC_RESOURCE = 2;
const SET = 0;
let connect: ConnectProcess;

beforeAll(async () => {
    connect = await startConnect();
    write(writeFileSync, 10);
    await declare("source", "FileStreamSource", { topic: TOPIC });
    // A source may have settings of these names, too: they are no topics that it reads
    await declare("other-source", "FileStreamSource", { topic: "other", topics: TOPIC });
    for (const [name, config] of Object.entries(SINKS)) await declare(name, "FileStreamSink", config);
    await expectSinks({ lag: 0, topics: [TOPIC] });
    await Promise.all(names.map((name) => rest("PUT", `/connectors/${name}/stop`)));
    await expectSinks({ state: "STOPPED" });
    write(appendFileSync, 10);
});

afterAll(() => connect?.stop());

function write(append: typeof appendFileSync, count: number): void {
    append(join(connect.folder, "source"), "line\n".repeat(count));
}

async function rest(method: string, url: string, data?: unknown): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    return (await axios.request({ baseURL: connect.restUrl, method, url, data, headers, proxy: false })).data;
}

async function declare(name: string, kind: string, config: Record<string, string>): Promise<void> {
    await rest("PUT", `/connectors/${name}/config`, {
        "connector.class": `org.apache.kafka.connect.file.${kind}Connector`,
        file: join(connect.folder, name),
        ...config,
    });
}

async function snapshot() {
    return takeSnapshot({
        stack: "test",
        project: "connect-cdc",
        engines: {},
        zookeeper: [],
        kafka: [connect.bootstrapServers],
        connect: [connect.restUrl],
        connectors: Object.fromEntries(names.map((name) => [name, "stopped"])),
    });
}

async function sinks(): Promise<ConnectorFacts[]> {
    const { connectors } = await snapshot();
    if (!connectors.ok) throw new Error(connectors.error);
    return names.map((name) => connectors.value.find((one) => one.name === name)!);
}

/** Waits until both sinks have these facts. */
async function expectSinks(facts: Partial<ConnectorFacts>): Promise<void> {
    const expected = names.map(() => facts);
    await vi.waitFor(async () => expect(await sinks()).toMatchObject(expected), { timeout: 60_000, interval: 500 });
}

async function setRetention(ms: number): Promise<void> {
    const { incrementalAlterConfigsV1 } = await loadClient();
    const configs = [{ name: "retention.ms", configOperation: SET as 0, value: String(ms) }];
    const resource = { resourceType: TOPIC_RESOURCE as 2, resourceName: TOPIC, configs };
    await withBroker(connect.bootstrapServers, (connection) =>
        incrementalAlterConfigsV1.api.async(connection, [resource], false),
    );
}

async function removeRecords(before: bigint): Promise<void> {
    const { deleteRecordsV2 } = await loadClient();
    const topic = { name: TOPIC, partitions: [{ partitionIndex: 0, offset: before }] };
    await withBroker(connect.bootstrapServers, (connection) => deleteRecordsV2.api.async(connection, [topic], 10_000));
}

it("a sink by pattern has lag and topics as one by list has, and a source has none", async () => {
    await expectSinks({ lag: 10, topics: [TOPIC], retentionRisks: [] });
    const { connectors } = await snapshot();
    const other = connectors.ok && connectors.value.find(({ name }) => name === "other-source");
    expect(other).toMatchObject({ lag: undefined, topics: [], retentionRisks: [] });
});

it("records that retention removes soon, records that it has removed, and a group without offsets are found", async () => {
    await setRetention(1);
    await expectSinks({ retentionRisks: [{ kind: "old", partition: `${TOPIC}-0`, records: 10 }] });
    await setRetention(3_600_000);
    await expectSinks({ retentionRisks: [] });

    await removeRecords(15n);
    await expectSinks({ lag: 5, retentionRisks: [{ kind: "removed", partition: `${TOPIC}-0`, records: 5 }] });
    expect(findingsOf(await snapshot())).toContainEqual(
        expect.objectContaining({
            key: "retention:listed/removed",
            level: "wrong",
            text: `has lost 5 records of ${TOPIC}-0: Kafka removed them before they were read`,
        }),
    );

    // As if the group had expired
    await Promise.all(names.map((name) => rest("DELETE", `/connectors/${name}/offsets`)));
    await expectSinks({ lag: 5, retentionRisks: [{ kind: "noOffset", partition: `${TOPIC}-0`, records: 15 }] });
    await Promise.all(names.map((name) => rest("PUT", `/connectors/${name}/resume`)));
    await expectSinks({ state: "RUNNING", lag: 0, retentionRisks: [] });
});
