import { expect, it } from "vitest";
import { UNKNOWN } from "../../../packages/connector/src/connectorInputs";
import { onDeleteFaults } from "../../../packages/connector/src/position/onDelete";
import { Positioned, positionFaults } from "../../../packages/connector/src/position/positionGuard";

const debezium: Positioned = {
    name: "source",
    cluster: "my-connect",
    class: "io.debezium.connector.postgresql.PostgresConnector",
    config: { "topic.prefix": "a", "database.dbname": "db", "table.include.list": "t" },
};
const sink: Positioned = { name: "sink", cluster: "my-connect", class: "example.Sink", config: { topics: "lines" } };
const isUnknown = (value: unknown) => value === UNKNOWN;
const properties = (olds: Positioned, news: Partial<Positioned>) =>
    positionFaults(olds, { ...olds, ...news }, isUnknown).map(({ property }) => property);
const config = (more: Record<string, string>) => ({ config: { ...debezium.config, ...more } });

it.each([
    ["name and cluster", debezium, { name: "b", cluster: "other" }, ["name", "cluster"]],
    ["the class of a source", debezium, { class: "example.Source" }, ["class"]],
    ["Debezium's prefix", debezium, config({ "topic.prefix": "b" }), ['config["topic.prefix"]']],
    ["Debezium's slot", debezium, config({ "slot.name": "b" }), ['config["slot.name"]']],
    ["Debezium's database", debezium, config({ "database.dbname": "b" }), ['config["database.dbname"]']],
    ["a sink's name", sink, { name: "b" }, ["name"]],
    [
        "a sink's group",
        sink,
        { config: { ...sink.config, "consumer.override.group.id": "g" } },
        ['config["consumer.override.group.id"]'],
    ],
])("the position hangs on %s", (_, olds, news, faults) => {
    expect(properties(olds, news)).toEqual(faults);
    expect(properties(olds, { ...news, onPositionLoss: "startAnew" })).toEqual([]);
});

it.each([
    ["what is captured", debezium, config({ "table.include.list": "t,u" })],
    ["Debezium's own default, written out", debezium, config({ "slot.name": "debezium" })],
    ["a value that is not known yet", debezium, config({ "slot.name": UNKNOWN })],
    ["where the database is reached", debezium, config({ "database.hostname": "other" })],
    ["the class of a sink, whose group stays", sink, { class: "example.OtherSink" }],
])("the position does not hang on %s", (_, olds, news) => {
    expect(properties(olds, news)).toEqual([]);
});

it("onDelete: all faults at once, and no value of them", () => {
    const url = "mysql://root:hunter-2@host/db";
    const given = { offsets: "drop", slots: 1, database: { url, slot: true, publication: "drop" } };
    const faults = onDeleteFaults(given, "example.Sink", isUnknown).map(({ property }) => property);
    expect(faults).toEqual([
        "onDelete.slots",
        "onDelete.offsets",
        "onDelete.database.slot",
        "onDelete.database.url",
        "onDelete.database",
    ]);
    expect(JSON.stringify(onDeleteFaults(given, "example.Sink", isUnknown))).not.toContain("hunter-2");
    const right = { offsets: "reset", database: { url: "postgresql://u:p@h:5432/db", slot: "drop" } };
    expect(onDeleteFaults(right, debezium.class, isUnknown)).toEqual([]);
});
