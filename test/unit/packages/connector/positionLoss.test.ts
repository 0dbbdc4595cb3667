import { expect, it } from "vitest";
import { checkOnDelete } from "../../../../packages/connector/src/inputs/checkOnDelete";
import { UNKNOWN } from "../../../../packages/connector/src/inputs/unknown";
import {
    Positioned,
    positionLosses,
    sharedSourceProblems,
    snapshotsAlways,
} from "../../../../packages/connector/src/position/positionLoss";

const debezium: Positioned = {
    name: "source",
    cluster: "my-connect",
    class: "io.debezium.connector.postgresql.PostgresConnector",
    config: { "topic.prefix": "a", "database.dbname": "db", "table.include.list": "t" },
};
const sink: Positioned = { name: "sink", cluster: "my-connect", class: "example.Sink", config: { topics: "lines" } };
const properties = (olds: Positioned, news: Partial<Positioned>) =>
    positionLosses(olds, { ...olds, ...news }).map(({ property }) => property);
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
])("the position hangs on %s", (_, olds, news, problems) => {
    expect(properties(olds, news)).toEqual(problems);
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

it("a source may name topics, when its plugin is a source", () => {
    const olds: Positioned = { ...sink, class: "example.Mqtt" };
    const group = { config: { topics: "lines", "consumer.override.group.id": "g" } };
    const ofType = (news: Partial<Positioned>, type: string) =>
        positionLosses(olds, { ...olds, ...news }, type).map(({ property }) => property);
    expect(ofType(group, "source")).toEqual([]);
    expect(ofType({ class: "example.Other" }, "source")).toEqual(["class"]);
    expect(ofType(group, "sink")).toEqual(['config["consumer.override.group.id"]']);
});

const of = (className: string, ...configs: Record<string, string>[]) => {
    const [olds, news] = configs.map((config) => ({ name: "a", cluster: "c", class: className, config }));
    return positionLosses(olds!, news!).map(({ property }) => property);
};
const key = (name: string) => [`config["${name}"]`];

it.each([
    ["io.debezium.connector.mysql.MySqlConnector", "topic.prefix"],
    ["io.debezium.connector.mysql.MySqlConnector", "database.server.name"],
    ["io.debezium.connector.mariadb.MariaDbConnector", "schema.history.internal.kafka.topic"],
    ["io.debezium.connector.sqlserver.SqlServerConnector", "database.names"],
    ["io.debezium.connector.sqlserver.SqlServerConnector", "database.history.kafka.topic"],
    ["io.debezium.connector.oracle.OracleConnector", "database.pdb.name"],
    ["io.debezium.connector.db2.Db2Connector", "database.dbname"],
    ["io.debezium.connector.informix.InformixConnector", "topic.prefix"],
    ["io.debezium.connector.mongodb.MongoDbConnector", "mongodb.name"],
    ["io.debezium.connector.vitess.VitessConnector", "vitess.keyspace"],
    ["io.debezium.connector.spanner.SpannerConnector", "gcp.spanner.database.id"],
    ["io.debezium.connector.new.NewConnector", "topic.prefix"],
    ["PostgresConnector", "slot.name"],
    ["MySql", "topic.prefix"],
    ["org.apache.kafka.connect.mirror.MirrorSourceConnector", "source.cluster.alias"],
    ["org.apache.kafka.connect.mirror.MirrorCheckpointConnector", "source.cluster.alias"],
    ["org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", "source.cluster.alias"],
    ["io.confluent.connect.jdbc.JdbcSourceConnector", "incrementing.column.name"],
    ["io.aiven.connect.jdbc.JdbcSourceConnector", "mode"],
])("the position of %s hangs on %s", (className, name) => {
    const rest: Record<string, string> = className.includes("Mirror") ? { topics: "orders.*" } : {};
    expect(of(className, { ...rest, [name]: "a" }, { ...rest, [name]: "b" })).toEqual(key(name));
    expect(of(className, { ...rest, [name]: "a" }, { ...rest, [name]: "a", other: "b" })).toEqual([]);
});

it("a setting that has another name in the next version of the class is the same one", () => {
    const mysql = "io.debezium.connector.mysql.MySqlConnector";
    expect(of(mysql, { "database.server.name": "a" }, { "topic.prefix": "a" })).toEqual([]);
    expect(of(mysql, { "database.server.name": "a" }, { "topic.prefix": "b" })).toEqual(key("topic.prefix"));
});

it("of MongoDB's addresses the replica set counts, and no address or password is shown", () => {
    const mongo = "io.debezium.connector.mongodb.MongoDbConnector";
    const url = (host: string, set: string) => ({
        "mongodb.connection.string": `mongodb://u:p@${host}/?replicaSet=${set}`,
    });
    expect(of(mongo, url("a", "rs0"), url("b", "rs0"))).toEqual([]);
    const [olds, news] = [url("a", "rs0"), url("a", "rs1")].map((config) => ({ ...debezium, class: mongo, config }));
    const [problem] = positionLosses(olds!, news!);
    expect(problem!.reason).toContain('would change from "rs0" to "rs1"');
    expect(problem!.reason).not.toContain("u:p");
});

it("two names of one class are the same class", () => {
    expect(properties(debezium, { class: "PostgresConnector" })).toEqual([]);
    expect(properties(debezium, { class: "io.debezium.connector.mysql.MySqlConnector" })).toEqual(["class"]);
});

it("positionKeys adds settings", () => {
    const own: Positioned = { name: "a", cluster: "c", class: "my.Source", config: { folder: "/a" } };
    const moved = { config: { folder: "/b" } };
    expect(properties(own, moved)).toEqual([]);
    expect(properties(own, { ...moved, positionKeys: ["folder"] })).toEqual(key("folder"));
});

it("another name is valid with renamedFrom, and for a sink that keeps its group", () => {
    expect(properties(debezium, { name: "b", renamedFrom: "source" })).toEqual([]);
    expect(properties(debezium, { name: "b", renamedFrom: "other" })).toEqual(["name"]);
    const config = { ...sink.config, "consumer.override.group.id": "connect-sink" };
    expect(properties(sink, { name: "b", config })).toEqual([]);
});

it.each([
    ["io.debezium.connector.mysql.MySqlConnector", { "topic.prefix": "a" }, "topic.prefix"],
    ["io.debezium.connector.mysql.MySqlConnector", { "database.server.name": "a" }, "database.server.name"],
    [
        "io.debezium.connector.db2.Db2Connector",
        { "schema.history.internal.kafka.topic": "h" },
        "schema.history.internal.kafka.topic",
    ],
    ["PostgresConnector", { "slot.name": "s", "database.hostname": "h" }, "slot.name"],
    [
        "org.apache.kafka.connect.mirror.MirrorSourceConnector",
        { "source.cluster.alias": "a", "target.cluster.alias": "b", topics: ".*" },
        "source.cluster.alias",
    ],
    [
        "io.confluent.connect.jdbc.JdbcSourceConnector",
        { "connection.url": "jdbc:x", "topic.prefix": "a" },
        "connection.url",
    ],
])(
    "a new %s shares nothing with another one of the cluster",
    async (className, config: Record<string, string>, name) => {
        const info = { name: "other", config: { ...config, "connector.class": className } };
        const connectors = { list: async () => ({ other: { info } }) };
        const problems = async (more: Partial<Positioned>) => {
            const found = await sharedSourceProblems(connectors, {
                name: "new",
                cluster: "c",
                class: className,
                config,
                ...more,
            });
            return found.map(({ property }) => property);
        };
        expect(await problems({})).toEqual(key(name));
        expect(await problems({ renamedFrom: "other" })).toEqual([]);
        expect(await problems({ config: { ...config, [name]: "another" } })).toEqual([]);
    },
);

it("a snapshot at each start is reported", () => {
    const always = { class: debezium.class, config: { "snapshot.mode": "always" } };
    expect(snapshotsAlways(always)).toBe(true);
    expect(snapshotsAlways({ ...always, config: {} })).toBe(false);
});

it("onDelete: all problems at once, and no value of them", () => {
    const url = "mysql://root:hunter-2@host/db";
    const given = { offsets: "drop", slots: 1, database: { url, slot: true, publication: "drop" } };
    const problems = checkOnDelete(given, "example.Sink").map(({ property }) => property);
    expect(problems).toEqual([
        "onDelete.slots",
        "onDelete.offsets",
        "onDelete.database.url",
        "onDelete.database.slot",
        "onDelete.database",
    ]);
    expect(JSON.stringify(checkOnDelete(given, "example.Sink"))).not.toContain("hunter-2");
    const right = { offsets: "reset", database: { url: "postgresql://u:p@h:5432/db", slot: "drop" } };
    expect(checkOnDelete(right, debezium.class)).toEqual([]);
});
