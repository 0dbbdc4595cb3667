import { describe, expect, it } from "vitest";
import { defaults, parseConfig } from "../../config";

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
