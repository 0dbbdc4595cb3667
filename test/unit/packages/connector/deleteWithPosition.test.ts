import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { check } from "../../../../packages/connector/src/connectorProvider";
import { readOffsetsFile } from "../../../../packages/connector/src/position/offsetsFile";
import { passwordsOf } from "../../../../packages/connector/src/postgres/replicationSlot";
import { Engine } from "../../../support/workers/engine";
import { FakeConnect } from "../../../support/workers/fakeConnect";
import { inPlaceOfSystemClock } from "../../../support/workers/virtualClock";

const offsets = [{ partition: { kafka_topic: "lines", kafka_partition: 0 }, offset: { kafka_offset: 7 } }];

let fake: FakeConnect;
let engine: Engine;
let folder: string;
let lines: string[];

beforeEach(async () => {
    inPlaceOfSystemClock();
    lines = [];
    vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-deletion-"));
    vi.stubEnv("XDG_STATE_HOME", folder);
    fake = new FakeConnect();
    await fake.start();
    engine = new Engine();
});

afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await fake.stop();
    rmSync(folder, { recursive: true });
});

const args = (more: Record<string, unknown> = {}) => ({
    name: "sink",
    cluster: "test",
    restUrls: [fake.url],
    class: "example.Sink",
    config: { topics: "lines" },
    ...more,
});
const reset = { onDelete: { offsets: "reset" } };

async function make(more: Record<string, unknown> = {}): Promise<void> {
    await engine.up(args(more));
    fake.connectors.get("sink")!.offsets = offsets;
    fake.requests = [];
}

const writes = () => fake.writes.map((write) => write.replace("/connectors/sink", ""));
const savedFiles = () => {
    const kept = join(folder, "connect-cdc", "offsets");
    return readdirSync(kept).map((name) => join(kept, name));
};

describe("a deletion", () => {
    it("saves the offsets of the stopped connector in a file that restore reads, and reports its path", async () => {
        await make();
        await engine.destroy();
        expect(writes()).toEqual(["PUT /stop", "DELETE "]);
        const [file = ""] = savedFiles();
        expect(readOffsetsFile(file)).toMatchObject({ connector: "sink", groupId: "test", offsets });
        expect(lines.join()).toContain(file);
    });

    it("resets them before the connector is gone", async () => {
        await make(reset);
        await engine.destroy();
        expect(writes()).toEqual(["PUT /stop", "DELETE /offsets", "DELETE "]);
        expect(savedFiles()).toHaveLength(1);
    });

    it.each(["PUT .*stop", "GET .*offsets", "DELETE .*offsets", "DELETE /connectors/sink$"])(
        "that ended at %s continues from there",
        async (request) => {
            await make(reset);
            const refused = { kind: "answer", status: 403, message: "no" } as const;
            fake.faultsOf.push({ request: new RegExp(`^${request}`), faults: [refused] });
            await expect(engine.destroy()).rejects.toThrow('connector "sink": cannot be deleted');
            expect(fake.connectors.has("sink")).toBe(true);
            await engine.destroy();
            expect(fake.connectors.has("sink")).toBe(false);
            expect(savedFiles().map((file) => readOffsetsFile(file).offsets)).toContainEqual(offsets);
        },
    );

    it("continues without a file when the offsets cannot be read, and reports it", async () => {
        await make();
        const refused = {
            kind: "answer",
            status: 500,
            message: "Failed to find any class that implements Connector",
        } as const;
        fake.faultsOf.push({ request: /^GET .*offsets/, faults: [refused] });
        await engine.destroy();
        expect(fake.connectors.has("sink")).toBe(false);
        expect(lines.join()).toMatch(/stay in the cluster, but could not be saved in a file: .*Failed to find/);
    });

    it("before 3.5 neither stops the connector nor saves offsets", async () => {
        fake.version = "3.4.1";
        await make();
        await engine.destroy();
        expect(writes()).toEqual(["DELETE "]);
    });

    it("with a reset is refused at preview below 3.6, with the version", async () => {
        fake.version = "3.5.2";
        const { failures } = await check({}, args(reset));
        expect(failures.map(({ reason }) => reason)).toContainEqual(
            expect.stringMatching(/^onDelete.offsets is reset: .*3\.6 or newer.* runs 3\.5\.2$/),
        );
    });
});

it("a source that changes to another slot reports the old one, with the SQL and without the password", async () => {
    const url = "postgresql://admin:hunter-2@127.0.0.1:1/shop";
    const source = (slot: string) => ({
        class: "io.debezium.connector.postgresql.PostgresConnector",
        config: { "slot.name": slot, "topic.prefix": "shop" },
        onPositionLoss: "startAnew",
        onDelete: { offsets: "reset", database: { url, slot: "drop" } },
    });
    fake.plugin = source("old").class;
    await engine.up(args(source("old")));
    expect(lines).toEqual([]);
    expect(await engine.up(args(source("new")))).toBe("updated");
    expect(lines.join()).toMatch(
        /"sink" has another slot now\. .*127.0.0.1:1\/shop.*pg_drop_replication_slot\('old'\)/,
    );
    expect(lines.join()).not.toContain("hunter-2");
});

describe("a deletion ends", () => {
    it("where no folder can be created for the offsets: they are printed instead", async () => {
        writeFileSync(join(folder, "file"), "");
        vi.stubEnv("XDG_STATE_HOME", join(folder, "file"));
        await make(reset);
        await engine.destroy();
        expect(writes()).toEqual(["PUT /stop", "DELETE /offsets", "DELETE "]);
        expect(lines.join()).toMatch(
            /its offsets are reset, but could not be saved in a file: ENOTDIR.* They are \[.*"kafka_offset":7\}\}\]/,
        );
    });

    it("with offsets that JavaScript would round: they are kept as they are", async () => {
        await make(reset);
        const perform = fake.perform.bind(fake);
        const body = '{"offsets":[{"partition":{"table":"t"},"offset":{"id":9007199254740993}}]}';
        fake.perform = (method, url, sent) =>
            method === "GET" && url.endsWith("/offsets") && fake.connectors.get("sink")?.offsets?.length
                ? { status: 200, contentType: "application/json", body }
                : perform(method, url, sent);
        await engine.destroy();
        expect(writes()).toEqual(["PUT /stop", "DELETE /offsets", "DELETE "]);
        expect(readFileSync(savedFiles()[0]!, "utf8")).toContain('"id": 9007199254740993\n');
    });

    it("with a raw % in the database's URL, which its client takes", async () => {
        const source = args({
            class: "io.debezium.connector.postgresql.PostgresConnector",
            config: { "slot.name": "s", "topic.prefix": "shop" },
            onPositionLoss: "startAnew",
            onDelete: { database: { url: "postgresql://u:50%off%20x@127.0.0.1:1/shop", slot: "drop" } },
        });
        fake.plugin = source.class;
        await engine.up(source);
        await expect(engine.destroy()).rejects.toThrow(/it was deleted, but: .*ECONNREFUSED.*pg_drop_replication_slot/);
        expect(passwordsOf("postgresql://u:50%off%20x@h/d")).toEqual(["50%off%20x", "50%off x"]);
        expect(passwordsOf("postgresql://u:%ff@h/d")).toEqual(["%ff"]);
    });
});

describe("another Kafka cluster behind the workers", () => {
    it("does not count as deleted, and is neither written to nor deleted from", async () => {
        await make();
        fake.kafkaClusterId = "another";
        fake.connectors.clear();
        fake.requests = [];
        const refusal =
            /is a Connect cluster on Kafka cluster another, and this connector was created on Kafka cluster fake/;
        await expect(engine.refresh()).rejects.toThrow(refusal);
        await expect(engine.up(args({ tasksMax: 2 }))).rejects.toThrow(refusal);
        await expect(engine.destroy()).rejects.toThrow(refusal);
        expect(writes()).toEqual([]);
        expect(engine.outputs).toMatchObject({ kafkaClusterId: "fake" });
    });

    it("that replaces the lost one gets the connector again", async () => {
        await make({ onNewKafkaCluster: "recreate" });
        fake.kafkaClusterId = "another";
        fake.connectors.clear();
        await engine.refresh();
        expect(engine.outputs).toBeUndefined();
        expect(await engine.up(args({ onNewKafkaCluster: "recreate" }))).toBe("created");
        expect(engine.outputs).toMatchObject({ kafkaClusterId: "another" });
    });

    it("is not known to an older state: the id is filled in", async () => {
        await make();
        delete engine.outputs!["kafkaClusterId"];
        await engine.refresh();
        expect(engine.outputs).toMatchObject({ kafkaClusterId: "fake" });
        expect(await engine.up(args())).toBe("unchanged");
    });
});
