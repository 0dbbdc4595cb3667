import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitionFromFile, renderTypes, typeName } from "@connect-cdc/connector/commands";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
const write = (content: object) => {
    const file = join(folder, "definitions.json");
    writeFileSync(file, JSON.stringify(content));
    return file;
};

beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-definitions-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("types of a connector class", () => {
    it("have each setting with its documentation, default and values", () => {
        const setting = (name: string, type: string, more: object = {}) => ({ name, type, required: false, ...more });
        const text = renderTypes({
            class: "com.example.kafka.OrdersSourceConnector",
            version: "1.2",
            settings: [
                setting("orders.url", "STRING", { required: true, documentation: "Where   orders\ncome from. */" }),
                setting("orders.password", "PASSWORD", { required: true }),
                setting("orders.mode", "STRING", { validValues: ["all", "new"], default: "all" }),
                setting("orders.kind", "STRING", { recommendedValues: ["a", "b"] }),
                setting("orders.tags", "LIST", { validValues: ["x", "y"] }),
                setting("poll.ms", "INT", { default: "500" }),
                setting("poll.(.+).fast", "BOOLEAN"),
                setting("fast", "BOOLEAN"),
            ],
        });
        expect(text).toContain(`
import type { AnySetting, BooleanSetting, NumberSetting, OneOf, Recommended, TextSetting } from "@connect-cdc/connector";

/** com.example.kafka.OrdersSourceConnector 1.2: \`new Connector<ExampleOrdersSource>(...)\`. */
export interface ExampleOrdersSource {
    class: "com.example.kafka.OrdersSourceConnector";
    config: ExampleOrdersSourceConfig;
}

/** Settings of com.example.kafka.OrdersSourceConnector. */
export interface ExampleOrdersSourceConfig {
    /**
     * Where orders come from. *\\/
     *
     * Required.
     */
    "orders.url": TextSetting;
    /** Required. A password: write a reference, or set it in \`sensitiveConfig\`. */
    "orders.password"?: TextSetting;
    /** Default: \`all\`. */
    "orders.mode"?: OneOf<"all" | "new">;
    "orders.kind"?: Recommended<"a" | "b">;
    /** A comma-separated list. Values: x, y. */
    "orders.tags"?: TextSetting;
    /** Default: \`500\`. */
    "poll.ms"?: NumberSetting;
    [setting: \`poll.\${string}.fast\`]: AnySetting | undefined;
    "fast"?: BooleanSetting;
    // Settings that are passed on
    [setting: \`key.converter.\${string}\`]: AnySetting | undefined;
`);
    });

    it.each([
        ["io.debezium.connector.postgresql.PostgresConnector", "DebeziumPostgres"],
        ["io.confluent.connect.jdbc.JdbcSinkConnector", "ConfluentJdbcSink"],
        ["example.Orders", "Orders"],
    ])("are named after the vendor and the class: %s", (connectorClass, name) => {
        expect(typeName(connectorClass)).toBe(name);
    });

    it("come from a definitions file, with what Connect takes for every source", () => {
        const file = write({ plugins: [{ class: "a.b.XSource", type: "source", config: [] }] });
        const { settings } = definitionFromFile(file, "XSource");
        expect(settings.map(({ name }) => name)).toContain("topic.creation.groups");
    });

    it("need a file that has the class", () => {
        const file = write({ plugins: [{ class: "a.b.XSource", type: "source", config: [] }] });
        expect(() => definitionFromFile(file, "a.b.XSourc")).toThrow(
            "connector class a.b.XSourc not found; did you mean a.b.XSource?",
        );
        expect(() => definitionFromFile(write([]), "a")).toThrow(
            'is not a definitions file: it must contain a list "plugins"',
        );
    });
});
