import { describe, expect, it } from "vitest";
import { completeConnector, ConnectorEntry, PlatformEndpoints } from "../../../connectors/completeConnector";

const platform: PlatformEndpoints = {
    secretsFolder: "/run/secrets/connect-cdc",
    format: "json",
    jsonConverters: {
        keyConverter: "org.apache.kafka.connect.storage.StringConverter",
        valueConverter: "org.apache.kafka.connect.json.JsonConverter",
        valueConverterSchemasEnable: false,
    },
    registryUrls: ["http://registry-0:8081/apis/ccompat/v7"],
    keyConverter: "org.apache.kafka.connect.storage.StringConverter",
    valuesHaveSchemas: false,
    brokers: 3,
    offsetStorageTopic: "my-connect-offsets",
    heapMb: 384,
    database: {
        host: "postgres",
        port: 5432,
        name: "cdcdb",
        user: "cdcadmin",
        passwordSecret: "database-password",
        publication: "dbz_publication",
    },
    jmsBroker: { url: "tcp://artemis:61616", user: "cdc", passwordSecret: "jms-password" },
};

const source: ConnectorEntry = {
    class: "io.debezium.connector.postgresql.PostgresConnector",
    tasksMax: 1,
    state: "running",
    config: { "topic.prefix": "localhost", "table.include.list": "cdc.customers" },
};
const sink: ConnectorEntry = {
    class: "dev.connectcdc.jms.JmsSinkConnector",
    tasksMax: 2,
    minTasks: 2,
    state: "paused",
    config: { topics: "localhost.cdc.customers", "jms.destination.name": "CustomersJSON" },
};

describe("a Debezium source", () => {
    it("gets the database, its password as a reference, and this project's defaults", () => {
        expect(completeConnector("dbz-source", source, platform)).toEqual({
            name: "dbz-source",
            entry: source,
            secretNames: ["database-password"],
            config: {
                "database.hostname": "postgres",
                "database.port": "5432",
                "database.dbname": "cdcdb",
                "database.user": "cdcadmin",
                "database.password": "${directory:/run/secrets/connect-cdc/dbz-source:database-password}",
                "plugin.name": "pgoutput",
                "publication.name": "dbz_publication",
                "publication.autocreate.mode": "disabled",
                "slot.name": "dbz_source",
                "slot.retry.delay.ms": "2000",
                "slot.max.retries": "60",
                "snapshot.mode": "initial",
                "heartbeat.interval.ms": "5000",
                "heartbeat.action.query": "SELECT pg_logical_emit_message(true, 'connect-cdc-heartbeat', '')",
                "message.prefix.exclude.list": "connect-cdc-heartbeat",
                "status.update.interval.ms": "5000",
                "database.tcpKeepAlive": "true",
                "poll.interval.ms": "20",
                "decimal.handling.mode": "string",
                "interval.handling.mode": "string",
                transforms: "isoTimes",
                "transforms.isoTimes.type": "dev.connectcdc.transforms.IsoTimes",
                "tombstones.on.delete": "true",
                "snapshot.fetch.size": "4",
                "driver.maxResultBuffer": "80530636",
                "driver.adaptiveFetch": "true",
                "driver.adaptiveFetchMaximum": "76",
                "incremental.snapshot.chunk.size": "1024",
                "max.queue.size.in.bytes": "12582912",
                "max.batch.size": "192",
                "errors.max.retries": "-1",
                "retriable.restart.connector.wait.ms": "3000",
                "transaction.boundary": "interval",
                "transaction.boundary.interval.ms": "500",
                "offsets.storage.topic": "my-connect-offsets",
                "key.converter": "org.apache.kafka.connect.json.JsonConverter",
                "key.converter.schemas.enable": "false",
                "topic.creation.default.partitions": "1",
                "topic.creation.default.replication.factor": "3",
                "topic.prefix": "localhost",
                "table.include.list": "cdc.customers",
            },
        });
    });

    const listed = (database: object, entry: Partial<ConnectorEntry> = {}) => {
        const config = { "topic.prefix": "localhost", ...entry.config };
        const ofDatabase = { ...platform, database: { ...platform.database!, ...database } };
        return completeConnector("dbz-source", { ...source, ...entry, config }, ofDatabase).config;
    };

    it("captures the tables of the list, each as an expression for exactly this name", () => {
        const tables = { "cdc.customers": {}, "sales.*": {}, 'cdc."a.b"': {}, "cdc.größe, $ (€)": {} };
        expect(listed({ tables })).toMatchObject({
            "table.include.list": "cdc\\.customers,sales\\..*,cdc\\.a\\.b,cdc\\.größe\\, \\$ \\(€\\)",
        });
    });

    it("captures the tables of its own list", () => {
        const config = listed({ tables: { "cdc.customers": {} } }, { tables: { "second.notes": {} } });
        expect(config["table.include.list"]).toBe("second\\.notes");
    });

    it.each(["table.include.list", "table.exclude.list", "schema.include.list", "schema.exclude.list"])(
        "keeps its own %s",
        (key) => {
            const config = listed({ tables: { "cdc.customers": {} } }, { config: { [key]: "cdc.orders" } });
            const filters = Object.entries(config).filter(([name]) => /^(table|schema)\./.test(name));
            expect(filters).toEqual([[key, "cdc.orders"]]);
        },
    );

    it("takes signals from the signal table, whose rows do not reach Kafka", () => {
        const database = { tables: { "cdc.customers": {} }, signalTable: "cdc.signals" };
        const own = { transforms: "mine", "transforms.mine.type": "a.B", predicates: "old" };
        expect(listed(database, { config: own })).toMatchObject({
            "signal.data.collection": "cdc.signals",
            "signal.enabled.channels": "source",
            "incremental.snapshot.watermarking.strategy": "insert_delete",
            transforms: "withoutSignals,isoTimes,mine",
            "transforms.withoutSignals.type": "org.apache.kafka.connect.transforms.Filter",
            "transforms.withoutSignals.predicate": "isSignal",
            "transforms.mine.type": "a.B",
            predicates: "isSignal,old",
            "predicates.isSignal.pattern": ".*\\.cdc\\.signals",
        });
    });

    it("takes no signals without a list", () => {
        expect(Object.keys(listed({ signalTable: "cdc.signals" })).join()).not.toMatch(/signal/i);
    });

    it.each([
        { heapMb: 8, first: "1", buffer: "1677721", page: "1", chunk: "25", queued: "262144", batch: "4" },
        {
            ...{ heapMb: 32_768, first: "4", buffer: "6871947673", page: "6553", chunk: "1024" },
            ...{ queued: "1073741824", batch: "2048" },
        },
    ])("holds rows within a heap of $heapMb MiB", ({ heapMb, first, buffer, page, chunk, queued, batch }) => {
        expect(completeConnector("dbz-source", source, { ...platform, heapMb }).config).toMatchObject({
            "snapshot.fetch.size": first,
            "driver.maxResultBuffer": buffer,
            "driver.adaptiveFetchMaximum": page,
            "incremental.snapshot.chunk.size": chunk,
            "max.queue.size.in.bytes": queued,
            "max.batch.size": batch,
        });
    });

    it.each([
        [1, "1"],
        [2, "2"],
        [5, "3"],
    ])("makes topics that fit %i brokers", (brokers, factor) => {
        const { config } = completeConnector("dbz-source", source, { ...platform, brokers });
        expect(config["topic.creation.default.replication.factor"]).toBe(factor);
    });

    it.each([
        ["the workers' own", source.config, "org.apache.kafka.connect.json.JsonConverter"],
        ["the connector's", { ...source.config, "key.converter": "StringConverter" }, platform.keyConverter],
    ])("gets no key converter beside %s", (_whose, config, keyConverter) => {
        const completed = completeConnector("dbz-source", { ...source, config }, { ...platform, keyConverter });
        const keys = Object.keys(completed.config).filter((key) => key.startsWith("key.converter"));
        expect(keys).toEqual(Object.keys(config).filter((key) => key.startsWith("key.converter")));
    });

    const json = "org.apache.kafka.connect.json.JsonConverter";
    const registry = "io.apicurio.registry.utils.converter.AvroConverter";
    it.each([
        ["workers without schemas", {}, false, true],
        ["workers with schemas", {}, true, false],
        ["its own JsonConverter", { "value.converter": json }, false, false],
        [
            "its own one without schemas",
            { "value.converter": json, "value.converter.schemas.enable": false },
            true,
            true,
        ],
        [
            "its own one with schemas",
            { "value.converter": json, "value.converter.schemas.enable": "true" },
            false,
            false,
        ],
        ["a registry's converter", { "value.converter": registry }, false, false],
        ["a time.precision.mode", { "time.precision.mode": "adaptive" }, false, false],
    ])("writes times as text exactly where nothing else marks them: %s", (_what, config, valuesHaveSchemas, isText) => {
        const entry = { ...source, config: { ...source.config, ...config } };
        const completed = completeConnector("dbz-source", entry, { ...platform, valuesHaveSchemas }).config;
        expect(completed["transforms"]).toBe(isText ? "isoTimes" : undefined);
        expect("transforms.isoTimes.type" in completed).toBe(isText);
    });

    it("keeps the slot of the name that it had before", () => {
        const { config } = completeConnector("new-source", { ...source, renamedFrom: "dbz-source" }, platform);
        expect(config["slot.name"]).toBe("dbz_source");
    });

    it("gets nothing where the platform has no database", () => {
        const { config, secretNames } = completeConnector("dbz-source", source, { ...platform, database: undefined });
        expect(config).toEqual(source.config);
        expect(secretNames).toEqual([]);
    });
});

describe("a JMS sink", () => {
    it("gets the broker and its password as a reference", () => {
        expect(completeConnector("json-jms-sink", sink, platform)).toEqual({
            name: "json-jms-sink",
            entry: sink,
            secretNames: ["jms-password"],
            config: {
                "java.naming.factory.initial": "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
                "java.naming.provider.url":
                    "tcp://artemis:61616?connectionTTL=6000&clientFailureCheckPeriod=2000&callTimeout=15000&reconnectAttempts=0",
                "connection.factory.name": "ConnectionFactory",
                "jms.destination.type": "queue",
                "jms.username": "cdc",
                "header.converter": "org.apache.kafka.connect.storage.StringConverter",
                "jms.password": "${directory:/run/secrets/connect-cdc/json-jms-sink:jms-password}",
                topics: "localhost.cdc.customers",
                "jms.destination.name": "CustomersJSON",
            },
        });
    });
});

describe("a JMS sink of javax.jms", () => {
    it("gets the broker, too", () => {
        const javax = { ...sink, class: "dev.connectcdc.jms.javax.JmsSinkConnector" };
        const { config } = completeConnector("json-jms-sink", sink, platform);
        expect(completeConnector("json-jms-sink", javax, platform).config).toEqual(config);
    });
});

describe("a JMS sink with a connection factory of its own", () => {
    it("gets neither the broker's address nor its password", () => {
        const own = { "jms.connection.factory.class": "org.apache.activemq.ActiveMQConnectionFactory" };
        const config = { ...sink.config, ...own };
        expect(completeConnector("json-jms-sink", { ...sink, config }, platform)).toMatchObject({
            secretNames: [],
            config,
        });
    });
});

describe("a setting of the user", () => {
    it("of the broker's URL stays unchanged, where it has settings", () => {
        const jmsBroker = { ...platform.jmsBroker!, url: "tcp://artemis:61616?callTimeout=1000" };
        const { config } = completeConnector("json-jms-sink", sink, { ...platform, jmsBroker });
        expect(config["java.naming.provider.url"]).toBe("tcp://artemis:61616?callTimeout=1000");
    });

    it("has priority over the platform's setting, as text", () => {
        const config = { "heartbeat.interval.ms": 1000, "tombstones.on.delete": false, "slot.name": "mine" };
        expect(completeConnector("dbz-source", { ...source, config }, platform).config).toMatchObject({
            "heartbeat.interval.ms": "1000",
            "tombstones.on.delete": "false",
            "slot.name": "mine",
        });
    });

    it.each([
        ["route, mask", "isoTimes,route, mask"],
        ["", "isoTimes"],
    ])("of transforms follows the platform's: %j", (transforms, expected) => {
        const config = { transforms };
        expect(completeConnector("dbz-source", { ...source, config }, platform).config).toMatchObject({
            transforms: expected,
        });
    });

    it("replaces a list that Debezium does not accept beside it", () => {
        const config = { "message.prefix.include.list": "orders" };
        const completed = completeConnector("dbz-source", { ...source, config }, platform).config;
        expect(completed).toMatchObject(config);
        expect(completed).not.toHaveProperty("message.prefix.exclude.list");
    });

    it("may be another secret", () => {
        const config = { "database.password": { secret: "other" }, "signal.key": { secret: "signal" } };
        const completed = completeConnector("dbz-source", { ...source, config }, platform);
        expect(completed.config["database.password"]).toBe("${directory:/run/secrets/connect-cdc/dbz-source:other}");
        expect(completed.secretNames).toEqual(["other", "signal"]);
    });

    it("may refer to a secret of its own within a text, and gets no other connector's", () => {
        const own = "${directory:/run/secrets/connect-cdc/mine:pw}";
        const others = ["${directory:/run/secrets/connect-cdc:a}", "${directory:/run/secrets/connect-cdc/mine-too:b}"];
        const entry = { ...source, class: "a.B", config: { url: `tcp://me:${own}@host ${others.join()}` } };
        expect(completeConnector("mine", entry, platform).secretNames).toEqual(["pw"]);
    });

    it("stays unchanged for a class that the platform does not know", () => {
        const entry = { ...source, class: "org.apache.kafka.connect.file.FileStreamSinkConnector" };
        expect(completeConnector("copy", entry, platform).config).toEqual(source.config);
    });

    it.each(["../passwd", "a:b", "a}b", ""])("cannot name a secret %j", (secret) => {
        const config = { "database.password": { secret } };
        expect(() => completeConnector("dbz-source", { ...source, config }, platform)).toThrow(
            `"${secret}" is not a valid name of a secret`,
        );
    });
});

it("adds nothing where the entry excludes it", () => {
    for (const entry of [source, sink]) {
        const { config } = completeConnector("any", { ...entry, addDefaults: false }, platform);
        expect(config).toEqual(entry.config);
    }
});

describe("formats", () => {
    const [url] = platform.registryUrls;
    const avro = "dev.connectcdc.avro.AvroConverter";
    const avroConverters = {
        "key.converter": avro,
        "key.converter.schema.registry.url": url,
        "value.converter": avro,
        "value.converter.schema.registry.url": url,
    };
    const onAvro: PlatformEndpoints = { ...platform, format: "avro", keyConverter: avro, valuesHaveSchemas: true };
    const converters = (config: Record<string, string>) =>
        Object.fromEntries(Object.entries(config).filter(([key]) => /^(key|value)\.converter/.test(key)));

    it("a connector of another format gets its converters", () => {
        const { config } = completeConnector("s", { ...sink, format: "avro" }, platform);
        expect(converters(config)).toEqual(avroConverters);
    });

    it("a connector of the workers' format gets no converters", () => {
        const { config } = completeConnector("s", { ...sink, format: "avro" }, onAvro);
        expect(converters(config)).toEqual({});
    });

    it("with a login of the registry, each connector has converters with its own reference to the password", () => {
        const registryLogin = { user: "cdc", passwordSecret: "registry-password" };
        const login = (part: string, folder: string) => ({
            [`${part}.converter.basic.auth.credentials.source`]: "USER_INFO",
            [`${part}.converter.basic.auth.user.info`]: `cdc:\${directory:/run/secrets/connect-cdc/${folder}:registry-password}`,
        });
        const completed = completeConnector("s", sink, { ...onAvro, registryLogin });
        expect(converters(completed.config)).toEqual({
            ...avroConverters,
            ...login("key", "s"),
            ...login("value", "s"),
        });
        expect(completed.secretNames).toEqual(["jms-password", "registry-password"]);
        const ownKeys = { ...sink, config: { ...sink.config, "key.converter": "StringConverter" } };
        expect(converters(completeConnector("s", ownKeys, { ...onAvro, registryLogin }).config)).toEqual({
            "key.converter": "StringConverter",
            "value.converter": avro,
            "value.converter.schema.registry.url": url,
            ...login("value", "s"),
        });
        expect(completeConnector("s", sink, { ...platform, registryLogin })).toEqual(
            completeConnector("s", sink, platform),
        );
    });

    it("also a connector of a class that is not known gets what its format needs", () => {
        const other = { ...sink, class: "a.B", format: "protobuf" as const };
        expect(completeConnector("s", other, platform).config).toMatchObject({
            "value.converter": "dev.connectcdc.protobuf.ProtobufConverter",
            "value.converter.schema.registry.url": url,
        });
    });

    it("a source with schemas keeps typed times, and has valid names of Avro", () => {
        for (const { config } of [
            completeConnector("dbz-source", source, onAvro),
            completeConnector("dbz-source", { ...source, format: "avro" }, platform),
        ]) {
            expect(config).not.toHaveProperty("transforms.isoTimes.type");
            expect(config).toMatchObject({
                "schema.name.adjustment.mode": "avro",
                "field.name.adjustment.mode": "avro",
                "decimal.handling.mode": "string",
            });
        }
    });

    it("a JSON source beside workers with Avro is the same as a JSON source of JSON workers", () => {
        const { config } = completeConnector("dbz-source", { ...source, format: "json" }, onAvro);
        const { config: plain } = completeConnector("dbz-source", source, platform);
        expect(config).toEqual({
            ...plain,
            "value.converter": platform.jsonConverters.valueConverter,
            "value.converter.schemas.enable": "false",
            "value.converter.replace.null.with.default": "false",
        });
    });

    it("settings of a converter go with it", () => {
        const own = {
            ...sink,
            format: "avro" as const,
            config: { ...sink.config, "key.converter": "StringConverter" },
        };
        expect(converters(completeConnector("s", own, platform).config)).toEqual({
            "key.converter": "StringConverter",
            "value.converter": avro,
            "value.converter.schema.registry.url": url,
        });
    });
});
