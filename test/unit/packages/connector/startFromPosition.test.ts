import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
    declareConnector,
    forgetProgram,
    withoutClaimed,
} from "../../../../packages/connector/src/provider/declaredConnectors";
import { Engine } from "../../../support/workers/engine";
import { FakeConnect } from "../../../support/workers/fakeConnect";
import { inPlaceOfSystemClock } from "../../../support/workers/virtualClock";

vi.mock("../../../../packages/connector/src/postgres/replicationSlot", async (original) => ({
    ...(await original<object>()),
    slotReader: async () => ({ reader: undefined }),
}));

const POSTGRES = "io.debezium.connector.postgresql.PostgresConnector";

let fake: FakeConnect;
beforeEach(async () => {
    inPlaceOfSystemClock();
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    fake = new FakeConnect();
    fake.plugin = POSTGRES;
    await fake.start();
});
afterEach(async () => {
    vi.restoreAllMocks();
    await fake.stop();
});

const source = (more: object = {}) => ({
    name: "source",
    cluster: "test",
    restUrls: [fake.url],
    class: POSTGRES,
    config: { "topic.prefix": "a", "slot.name": "s", "database.hostname": "h", "database.port": "5432" },
    onDelete: { database: { url: "postgresql://user@host/db" } },
    ...more,
});

it("where no connector can be created stopped, one with an existing slot is created with onPositionLoss only", async () => {
    fake.version = "3.6.2";
    const engine = new Engine();
    await expect(engine.up(source())).rejects.toThrow(
        /can only be created STOPPED, to check its offsets, from Kafka Connect 3\.7 on/,
    );
    expect(fake.writes).toEqual([]);
    await engine.up(source({ onPositionLoss: "startAnew" }));
    // What is replaced was there a moment ago, and its offsets are still
    await engine.up(source(), { replace: true });
    expect(fake.connectors.get("source")!.state).toBe("RUNNING");

    fake.connectors.delete("source");
    await expect(new Engine().up(source())).rejects.toThrow("be created STOPPED, to check");
});

it("a deletion leaves what another name of the same source has", () => {
    const onDelete = {
        offsets: "reset" as const,
        database: { url: "postgresql://user@host/db", slot: "drop" as const, publication: "drop" as const },
    };
    const doomed = { ...source(), name: "old", tasksMax: 1, onDelete };
    const policyBeside = (config: object) => {
        forgetProgram();
        declareConnector(undefined, { ...doomed, name: "new", config: { ...doomed.config, ...config } });
        const { offsets, database } = withoutClaimed(doomed, () => undefined);
        return [offsets, database?.slot, database?.publication];
    };
    expect(policyBeside({})).toEqual(["retain", undefined, undefined]);
    expect(policyBeside({ "topic.prefix": "b", "slot.name": "t" })).toEqual(["reset", "drop", undefined]);
    expect(policyBeside({ "database.hostname": "other" })).toEqual(["reset", "drop", "drop"]);
});
