import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { adoptedConnector } from "../../../cli/adopt/adoptedConnector";
import { adoptedText } from "../../../cli/adopt/adoptedStackConfig";
import { defaults } from "../../../config/defaults";
import { parseConfig } from "../../../config/load";

function adopt(config: Record<string, string>, more: Record<string, any> = {}) {
    const { name = "orders", state = "RUNNING", tasks = ["RUNNING"], passwordKeys = [], defaultKeys = [] } = more;
    const member = (memberState: string) => ({ state: memberState, worker_id: "w" });
    return adoptedConnector(
        { name, config: { name, "connector.class": "example.Sink", ...config } },
        { name, connector: member(state), tasks: tasks.map((task: string, id: number) => ({ id, ...member(task) })) },
        { passwordKeys: new Set(passwordKeys), defaultKeys, taken: new Set() },
    );
}

describe("a live connector as stack config", () => {
    it("has class, tasks and state in their fields, without the settings that servers add", () => {
        const { entry } = adopt({ topics: "a,b", "tasks.max": "3", "__internal.config.version": "2" });
        expect(entry).toEqual({
            class: "example.Sink",
            tasksMax: 3,
            state: "running",
            addDefaults: false,
            config: { topics: "a,b" },
        });
    });

    it.each<[string, string[], Record<string, unknown>]>([
        ["PAUSED", ["PAUSED"], { state: "paused" }],
        ["STOPPED", [], { state: "stopped" }],
        ["FAILED", [], { state: "running", minTasks: 0 }],
        ["RUNNING", [], { state: "running", minTasks: 0 }],
        ["UNASSIGNED", ["UNASSIGNED"], { state: "running" }],
    ])("that is %s with tasks %j", (state, tasks, expected) => {
        const { entry } = adopt({}, { state, tasks });
        expect(entry).toEqual({ class: "example.Sink", tasksMax: 1, addDefaults: false, config: {}, ...expected });
    });

    it.each([
        ["database.password", "hunter-2"],
        ["ssl.truststore.passphrase", "hunter-2"],
        ["api.key", "hunter-2"],
        ["value.converter.basic.auth.user.info", "me:hunter-2"],
        ["connection.url", "jdbc:postgresql://me:hunter-2@host/db"],
        ["connection.uri", "jdbc:postgresql://host/db?user=me&password=hunter-2"],
        ["consumer.override.sasl.jaas.config", 'x.PlainLoginModule required username="me" password="hunter-2";'],
        ["declared.by.its.definition", "hunter-2"],
    ])("has a secret for %s = %s, and adopt: true", (key, value) => {
        const { entry, secrets } = adopt({ [key]: value }, { passwordKeys: ["declared.by.its.definition"] });
        const name = `orders-${key.replaceAll(".", "-")}`;
        expect(secrets).toEqual([{ name, connector: "orders", key, masked: false }]);
        expect(entry.config).toEqual({ [key]: { secret: name } });
        expect(entry.adopt).toBe(true);
    });

    it.each([
        ["database.password", "${file:/etc/secrets.properties:password}"],
        ["database.password", "${directory:/run/secrets:password}"],
        ["database.password", ""],
        ["connection.url", "jdbc:postgresql://me:${file:/x:password}@host/db"],
        ["connection.uri", "jdbc:postgresql://host/db?password=${file:/x:password}"],
        ["consumer.override.sasl.jaas.config", 'x.PlainLoginModule required password="${file:/x:password}";'],
        ["topics", "password-resets"],
    ])("does not change %s = %s", (key, value) => {
        const { entry, secrets } = adopt({ [key]: value });
        expect(entry.config).toEqual({ [key]: value });
        expect(secrets).toEqual([]);
        expect(entry.adopt).toBeUndefined();
    });

    it.each(["[hidden]", "********", "••••"])(
        "has a secret for a value that the server shows as %s, without adopt: true",
        (value) => {
            const { entry, secrets } = adopt({ "odd.setting": value });
            expect(secrets).toEqual([
                { name: "orders-odd-setting", connector: "orders", key: "odd.setting", masked: true },
            ]);
            expect(entry.adopt).toBeUndefined();
        },
    );

    it("gives secrets unique and valid names", () => {
        const { secrets } = adopt({ "a.password": "x", "a-password": "y" }, { name: "_odd name" });
        expect(secrets.map(({ name }) => name)).toEqual(["odd-name-a-password", "odd-name-a-password-2"]);
    });

    it("removes the stack's defaults that the live config does not have", () => {
        const { entry } = adopt({ topics: "a" }, { defaultKeys: ["topics", "transforms"] });
        expect(entry.config).toEqual({ topics: "a", transforms: null });
    });
});

describe("the text", () => {
    const defaultKeys = Object.keys(defaults.connectors["dbz-source"].config);
    const connectors = {
        "dbz-source": adopt({ "topic.prefix": "p" }, { name: "dbz-source", defaultKeys }),
        orders: adopt({ topics: "yes", "a.password": "hunter-2", "b.password": "********" }, { tasks: ["FAILED"] }),
    };
    const text = adoptedText({ connectors, absentDefaults: ["json-jms-sink", "xml-jms-sink"] });

    it("is valid stack config over the defaults", () => {
        const stack = parse(text).config;
        const secrets = { "orders-a-password": "1", "orders-b-password": "2", "database-password": "3" };
        const config = parseConfig({ connectors: stack["connect-cdc:connectors"], secrets });
        expect(Object.keys(config.connectors)).toEqual(["dbz-source", "orders"]);
        expect(config.connectors["dbz-source"]!.config).toEqual({ "topic.prefix": "p" });
        expect(config.connectors["orders"]!.config).toEqual({
            topics: "yes",
            "a.password": { secret: "orders-a-password" },
            "b.password": { secret: "orders-b-password" },
        });
    });

    it("ends with the remaining steps, and contains no secret", () => {
        expect(text).not.toContain("hunter-2");
        expect(text).toContain(
            "# pulumi config set --secret --path 'connect-cdc:secrets.orders-a-password'    # orders: a.password\n" +
                "# pulumi config set --secret --path 'connect-cdc:secrets.orders-b-password'    # orders: b.password, " +
                "which the cluster does not show\n" +
                "# adopt: true writes the config of orders once",
        );
        expect(text).toContain("# orders has FAILED; up restarts");
    });
});
