import { describe, expect, it } from "vitest";
import { ConfigError, defaults, Fault, parseConfig } from "../../config";

function faultsOf(raw: Record<string, unknown>): Fault[] {
    try {
        parseConfig(raw);
    } catch (error) {
        if (error instanceof ConfigError) return error.faults;
        throw error;
    }
    return [];
}

describe("defaults", () => {
    it("are the dev platform of the hand-run process", () => {
        const config = parseConfig({});
        expect(config.zookeeper).toMatchObject({
            servers: 3,
            clientPort: 2180,
            initLimit: 5,
            syncLimit: 2,
            tickTimeMs: 2000,
        });
        expect(config.kafka).toMatchObject({ brokers: 3, port: 9090, zookeeperConnectionTimeoutMs: 6000 });
        expect(config.connect).toMatchObject({ workers: 3, port: 7070, groupId: "my-connect" });
        expect(Object.keys(config.connectors)).toEqual(["dbz-source", "json-jms-sink", "xml-jms-sink"]);
        expect(config.secretNames).toEqual([]);
    });
});

describe("merge", () => {
    it("merges objects deeply and leaves the rest of the defaults", () => {
        const { kafka } = parseConfig({ kafka: { heapMb: 300, config: { "log.retention.bytes": 1 } } });
        expect(kafka).toEqual({ ...defaults.kafka, heapMb: 300, config: { "log.retention.bytes": 1 } });
    });

    it("replaces lists", () => {
        expect(parseConfig({ zookeeper: { fourLetterWords: ["srvr"] } }).zookeeper.fourLetterWords).toEqual(["srvr"]);
    });

    it("removes with null, at any depth", () => {
        const { connectors } = parseConfig({
            connectors: { "dbz-source": null, "json-jms-sink": { config: { transforms: null } } },
        });
        expect(Object.keys(connectors)).toEqual(["json-jms-sink", "xml-jms-sink"]);
        expect(connectors["json-jms-sink"]!.config).not.toHaveProperty("transforms");
        expect(connectors["json-jms-sink"]!.config).toHaveProperty("topics");
    });

    it("does not change the defaults", () => {
        const before = JSON.stringify(defaults);
        parseConfig({ connectors: { "dbz-source": { config: { "slot.name": "other" } } } });
        expect(JSON.stringify(defaults)).toBe(before);
    });

    it("adds a connector beside the default ones", () => {
        const mine = {
            class: "a.B",
            tasksMax: 1,
            state: "paused",
            config: { "file.path": "/x", password: { secret: "pw" } },
        };
        const { connectors, secretNames } = parseConfig({ connectors: { mine }, secrets: { pw: "hidden" } });
        expect(connectors["mine"]).toEqual(mine);
        expect(secretNames).toEqual(["pw"]);
    });
});

describe("faults", () => {
    const good = { class: "a.B", tasksMax: 1, state: "running", config: {} };
    const cases: [name: string, raw: Record<string, unknown>, path: string, rule: RegExp][] = [
        ["an unknown section", { kafak: {} }, "kafak", /did you mean kafka/],
        ["an unknown key", { kafka: { broker: 3 } }, "kafka.broker", /did you mean brokers/],
        ["a count that is text", { kafka: { brokers: "three" } }, "kafka.brokers", /number of brokers/],
        ["a fraction", { kafka: { brokers: 1.5 } }, "kafka.brokers", /number of brokers/],
        ["no member at all", { zookeeper: { servers: 0 } }, "zookeeper.servers", /1 or more/],
        ["a section that is no object", { zookeeper: 3 }, "zookeeper", /object/],
        ["a port out of range", { kafka: { port: 70000 } }, "kafka.port", /at most 65535/],
        ["a last member's port out of range", { kafka: { port: 65534 } }, "kafka.port", /above 65535/],
        ["clashing ports", { kafka: { port: 7072 } }, "connect.port", /overlaps the ports of kafka.port/],
        [
            "metrics on clashing ports",
            { metrics: { enabled: true, connectPort: 9412 } },
            "metrics.connectPort",
            /overlaps the ports of metrics.kafkaPort/,
        ],
        ["a required key removed", { kafka: { version: null } }, "kafka.version", /missing/],
        ["heap as large as memory", { connect: { heapMb: 896 } }, "connect.heapMb", /less than connect.memoryMb/],
        [
            "replication above brokers",
            { connect: { replicationFactor: 4 } },
            "connect.replicationFactor",
            /at most kafka.brokers/,
        ],
        [
            "min ISR above brokers",
            { kafka: { brokers: 1, minInsyncReplicas: 2 } },
            "kafka.minInsyncReplicas",
            /at most kafka/,
        ],
        ["an unknown host", { kafka: { placement: ["mars"] } }, "kafka.placement.0", /hosts has: local/],
        [
            "an open bind address",
            { hosts: { local: { bindAddress: "0.0.0.0" } } },
            "hosts.local.bindAddress",
            /trustedNetwork/,
        ],
        [
            "an endpoint without scheme",
            { hosts: { local: { endpoint: "/run/x" } } },
            "hosts.local.endpoint",
            /unix:\/\//,
        ],
        ["no host", { hosts: { local: null } }, "hosts", /at least one/],
        [
            "a connector without class",
            { connectors: { c: { ...good, class: undefined } } },
            "connectors.c.class",
            /missing/,
        ],
        [
            "a state that is none",
            { connectors: { c: { ...good, state: "on" } } },
            "connectors.c.state",
            /running, paused/,
        ],
        [
            "name inside config",
            { connectors: { c: { ...good, config: { name: "c" } } } },
            "connectors.c.config.name",
            /own/,
        ],
        [
            "a nested value",
            { connectors: { c: { ...good, config: { a: { b: 1 } } } } },
            "connectors.c.config.a",
            /text, a number/,
        ],
        [
            "an unknown secret",
            { connectors: { c: { ...good, config: { p: { secret: "nope" } } } } },
            "connectors.c.config.p",
            /config set --secret/,
        ],
        [
            "a plugin of two sources",
            { connect: { plugins: { p: { maven: "a:b:1", path: "/x" } } } },
            "connect.plugins.p",
            /one of/,
        ],
        ["a download without checksum", { connect: { plugins: { p: { url: "x" } } } }, "connect.plugins.p", /sha512/],
        [
            "an external database without host",
            { database: { managed: false }, secrets: { "database-password": "x" } },
            "database.host",
            /needed/,
        ],
        [
            "an external database without password",
            { database: { managed: false, host: "h" } },
            "database.passwordSecret",
            /--secret/,
        ],
        [
            "an external broker without URL",
            { jmsBroker: { managed: false }, secrets: { "jms-password": "x" } },
            "jmsBroker.url",
            /needed/,
        ],
        ["a secret that is a number", { secrets: { pin: 5 } }, "secrets.pin", /quotes/],
        ["a secret whose name is no file name", { secrets: { "../x": "v" } }, "secrets.../x", /letters/],
    ];

    it.each(cases)("%s", (_name, raw, path, rule) => {
        const faults = faultsOf(raw);
        expect(faults.map((fault) => fault.path)).toEqual([path]);
        expect(faults[0]!.rule).toMatch(rule);
    });

    it("come all at once, in one message with path and value, without a secret", () => {
        const raw = {
            kafka: { brokers: "three", heapMb: 1 },
            connect: { port: 0 },
            hosts: { local: { bindAddress: "0.0.0.0" } },
            secrets: { pin: 4711 },
        };
        const paths = ["secrets.pin", "hosts.local.bindAddress", "kafka.brokers", "kafka.heapMb", "connect.port"];
        expect(
            faultsOf(raw)
                .map((fault) => fault.path)
                .sort(),
        ).toEqual(paths.sort());
        expect(() => parseConfig(raw)).toThrow(/5 faults[^]*kafka\.brokers = "three"/);
        expect(() => parseConfig(raw)).not.toThrow(/4711/);
    });
});

describe("a password in the clear", () => {
    it("is not in the message", () => {
        const config = { "database.password": ["hunter2"] };
        const raw = { connectors: { "dbz-source": { config, state: "on" } }, kafka: { password: "hunter3" } };
        expect(() => parseConfig(raw)).toThrow(/3 faults/);
        expect(() => parseConfig(raw)).not.toThrow(/hunter/);
    });
});

describe("external servers", () => {
    it("need no server of this stack", () => {
        const config = parseConfig({
            database: { managed: false, host: "db.example.com", port: 5432 },
            jmsBroker: { managed: false, url: "tcp://jms.example.com:61616" },
            secrets: { "database-password": "a", "jms-password": "b" },
        });
        expect(config.database).toMatchObject({ managed: false, host: "db.example.com" });
        expect(config.jmsBroker.url).toBe("tcp://jms.example.com:61616");
    });
});
