import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../config/load";
import { declaredAccess, registryRules, workerRules } from "../../../connectors/accessRules";

/** Rules of the default stack with other connectors, as text. */
function rules(raw: Record<string, any> = {}): string[] {
    const config = parseConfig({ database: { signalTable: null }, ...raw });
    return workerRules(config).map(({ operations, ...resource }) => {
        const [[type, name]] = Object.entries(resource) as [[string, string]];
        return `${type} ${name}: ${operations.join()}`;
    });
}

const none = { "dbz-source": null, "json-jms-sink": null, "xml-jms-sink": null };
const source = { class: "io.debezium.connector.postgresql.PostgresConnector", tasksMax: 1, state: "running" };
const sink = { class: "a.Sink", tasksMax: 1, state: "running" };

describe("rules of the workers", () => {
    it("are enough for the default stack, and no more", () => {
        expect(rules()).toEqual([
            "group my-connect: Read",
            "topic my-connect-configs: Create,Read,Write,DescribeConfigs",
            "topic my-connect-offsets: Create,Read,Write,DescribeConfigs",
            "topic my-connect-status: Create,Read,Write,DescribeConfigs",
            "transactionalId connect-cluster-my-connect: Describe,Write",
            "transactionalId my-connect-dbz-source-*: Describe,Write",
            "topic localhost.*: Create,Write",
            "topic __debezium-heartbeat.localhost: Create,Write",
            "topic localhost.cdc.customers: Read",
            "group connect-json-jms-sink: Read,Delete",
            "group connect-xml-jms-sink: Read,Delete",
        ]);
    });

    it("follow the raw settings of the workers", () => {
        const config = { "offset.storage.topic": "o", "exactly.once.source.support": "disabled" };
        expect(rules({ connectors: none, connect: { groupId: "g", config } })).toEqual([
            "group g: Read",
            "topic my-connect-configs: Create,Read,Write,DescribeConfigs",
            "topic o: Create,Read,Write,DescribeConfigs",
            "topic my-connect-status: Create,Read,Write,DescribeConfigs",
        ]);
    });

    it("have no transactions of sources before these are exactly once, but those of the leader", () => {
        const found = rules({ connect: { exactlyOnceSource: "preparing" } });
        expect(found.filter((rule) => rule.startsWith("transactionalId"))).toEqual([
            "transactionalId connect-cluster-my-connect: Describe,Write",
        ]);
    });

    it("include a source's other topics and overridden clients", () => {
        const config = {
            "topic.prefix": "shop",
            "offsets.storage.topic": "shop-offsets",
            "producer.override.transactional.id": "shop-id",
            "signal.enabled.channels": "source,kafka",
            "signal.kafka.topic": "shop-signals",
            "notification.sink.topic.name": "notes",
            "topic.heartbeat.prefix": "beats",
        };
        const connect = { clientConfigOverridePolicy: "All" };
        const found = rules({ connect, connectors: { ...none, shop: { ...source, config } } });
        expect(found.slice(5)).toEqual([
            "topic shop-offsets: Create,Read,Write,DescribeConfigs",
            "transactionalId shop-id: Describe,Write",
            "topic shop.*: Create,Write",
            "topic beats.shop: Create,Write",
            "topic notes: Create,Write",
            "topic shop-signals: Read",
            "group kafka-signal: Read",
        ]);
    });

    it.each([
        ["localhost\\.cdc\\..*", "localhost.cdc.*"],
        ["^shop[.](a|b)", "shop*"],
        ["shop\\.(a|b)", "shop.*"],
        ["shop_1?", "shop_*"],
        ["shop\\.*", "shop*"],
        ["a|b", "*"],
        ["(?i)shop", "*"],
    ])("of a sink of the pattern %s are those of %s", (pattern, topic) => {
        const config = {
            "topics.regex": pattern,
            "errors.deadletterqueue.topic.name": "bad",
            "consumer.override.group.id": "theirs",
        };
        const connect = { clientConfigOverridePolicy: "All" };
        const found = rules({ connect, connectors: { ...none, mine: { ...sink, addDefaults: false, config } } });
        expect(found.slice(5)).toEqual([
            `topic ${topic}: Read`,
            "group theirs: Read,Delete",
            "topic bad: Create,Write",
        ]);
    });

    it("use the name that a connector has on the cluster", () => {
        const config = { topics: "a" };
        const found = rules({ connectors: { ...none, mine: { ...sink, name: "My sink", config } } });
        expect(found).toContain("group connect-My sink: Read,Delete");
    });

    it("end with those of connect.allow", () => {
        const allow = [{ topic: "files-*", operations: ["Create", "Write"] }];
        expect(rules({ connect: { allow } }).at(-1)).toBe("topic files-*: Create,Write");
    });
});

it("rules of the registry name its topics and groups", () => {
    expect(registryRules().map(({ topic, group }) => topic ?? group)).toEqual([
        "kafkasql-journal",
        "kafkasql-snapshots",
        "registry-events",
        "apicurio-*",
    ]);
});

it("what is declared has the users' rules, quotas and secrets beside the members' rules", () => {
    const allow = [{ topic: "orders*", operations: ["Read"] }];
    const users = {
        app: { allow, quotas: { producerBytesPerSecond: 1000 } },
        other: { allow: [], password: { secret: "other" } },
    };
    const security = { tls: "require" };
    const raw = { security, secrets: { other: "hidden" }, database: { signalTable: null }, kafka: { users } };
    const { rules: declared, ...rest } = declaredAccess(parseConfig(raw));
    expect(rest).toEqual({
        passwordSecrets: { app: "kafka-user-app", other: "other" },
        quotas: { app: { producerBytesPerSecond: 1000 } },
    });
    expect(Object.keys(declared)).toEqual(["connect", "app", "other"]);
    expect(declared["app"]).toEqual(allow);
    const avro = declaredAccess(parseConfig({ ...raw, connect: { format: "avro" } }));
    expect(avro.rules["registry"]).toEqual(registryRules());
});
