import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defaults } from "../../../config/defaults";
import { ConfigError } from "../../../config/errors";
import { checkedConfig, hasPublicPassphrase, parseConfig } from "../../../config/load";

describe("defaults", () => {
    it("are the platform of the original manual set-up", () => {
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

describe("the dev stack's passphrase, which is public", () => {
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-config-"));
    const devFile = join(__dirname, "../../../Pulumi.dev.passphrase");
    afterAll(() => rmSync(folder, { recursive: true }));

    function file(name: string, text: string): string {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
    }

    it("encrypts by file or by text, of two the one that Pulumi takes", () => {
        const salted = file("salted.yaml", "config: {}\nencryptionsalt: v1:salt\n");
        const own = file("own", "my own\n");
        const isPublic = (environment: NodeJS.ProcessEnv) => hasPublicPassphrase(salted, environment);
        expect(isPublic({ PULUMI_CONFIG_PASSPHRASE_FILE: devFile })).toBe(true);
        expect(isPublic({ PULUMI_CONFIG_PASSPHRASE_FILE: file("copy", "connect-cdc-dev") })).toBe(true);
        expect(isPublic({ PULUMI_CONFIG_PASSPHRASE: "connect-cdc-dev" })).toBe(true);
        expect(isPublic({ PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: devFile })).toBe(false);
        expect(isPublic({ PULUMI_CONFIG_PASSPHRASE_FILE: own })).toBe(false);
        expect(isPublic({ PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "nowhere") })).toBe(false);
        expect(isPublic({})).toBe(false);
    });

    it("encrypts nothing where Pulumi Cloud or a key service does", () => {
        const kms = file("kms.yaml", "secretsprovider: awskms://alias/cdc\nencryptedkey: abc\nconfig: {}\n");
        expect(hasPublicPassphrase(kms, { PULUMI_CONFIG_PASSPHRASE_FILE: devFile })).toBe(false);
        expect(hasPublicPassphrase(join(folder, "nowhere.yaml"), { PULUMI_CONFIG_PASSPHRASE_FILE: devFile })).toBe(
            true,
        );
    });

    it("is enough as long as the config holds no secret", () => {
        const secrets = { partner: "hunter2" };
        expect(() => checkedConfig({ secrets }, ["secrets"], true)).toThrow(ConfigError);
        expect(() => checkedConfig({ secrets }, ["secrets"], true)).not.toThrow("hunter2");
        for (const none of [{}, { secrets: {} }]) expect(checkedConfig(none, [], true).secretNames).toEqual([]);
        expect(checkedConfig({ secrets }, ["secrets"], false).secretNames).toEqual(["partner"]);
    });
});
