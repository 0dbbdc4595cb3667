import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ConfigError } from "../../../config/errors";
import { parseConfig } from "../../../config/load";

type Sections = Record<string, Record<string, any>>;

const checkout = join(__dirname, "../../..");

/** The sections of a stack file. */
function sectionsOf(text: string): Sections {
    const { config } = parse(text) as { config: Sections };
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("connect-cdc:", ""), value]));
}

const committed = sectionsOf(readFileSync(join(checkout, "Pulumi.hosts.yaml"), "utf8"));

/** The `yaml` blocks of docs/hosts.md. */
function documentedBlocks(): Sections[] {
    const page = readFileSync(join(checkout, "docs/hosts.md"), "utf8");
    return [...page.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, block = ""]) => sectionsOf(block));
}

describe("Pulumi.hosts.yaml", () => {
    it("is the platform on three hosts, with TLS, and with its data protected", () => {
        const { hosts, security, tls, zookeeper, kafka, connect, warnings } = parseConfig(committed);
        expect(Object.keys(hosts)).toEqual(["a", "b", "c"]);
        expect(tls).toBe("require");
        expect(security.protectData).toBe(true);
        expect([zookeeper.servers, kafka.brokers, connect.workers]).toEqual([3, 3, 3]);
        expect(warnings).toEqual([]);
    });

    it("is refused, at every host, without the word that its network is trusted", () => {
        const untrusted = { ...committed, security: { tls: "off" } };
        const problems = (() => {
            try {
                parseConfig(untrusted);
            } catch (error) {
                return (error as ConfigError).problems;
            }
        })();
        expect(problems?.map(({ path }) => path)).toEqual(["a", "b", "c"].map((host) => `hosts.${host}.bindAddress`));
    });

    it("accepts the placement and the existing servers that docs/hosts.md shows", () => {
        const [placed, external] = documentedBlocks();
        expect(parseConfig({ ...committed, ...placed }).kafka.placement).toEqual(["c", "a", "b"]);
        const secrets = { "database-password": "x", "jms-password": "y" };
        const { database, jmsBroker } = parseConfig({ ...committed, ...external, secrets });
        expect(database).toMatchObject({ managed: false, host: "db.example.com", port: 5432 });
        expect(jmsBroker).toMatchObject({ managed: false, url: "tcp://jms.example.com:61616" });
    });
});
