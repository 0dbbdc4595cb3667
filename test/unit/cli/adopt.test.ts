import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runCommand } from "../../support/stack/runCommand";
import { FakeConnect } from "../../support/workers/fakeConnect";

describe("npm run adopt", () => {
    let fake: FakeConnect;
    beforeEach(async () => {
        fake = new FakeConnect();
        await fake.start();
        const config = { "connector.class": "example.Sink", topics: "a", "odd.setting": "hunter-2" };
        fake.connectors.set("lines", { config, state: "RUNNING", generation: 0 });
    });
    afterEach(() => fake.stop());

    it("has a secret for each setting of type PASSWORD in the connector's definition", async () => {
        fake.validation = [
            { definition: { name: "odd.setting", type: "PASSWORD" }, value: { name: "odd.setting" } },
            { definition: { name: "topics", type: "LIST" }, value: { name: "topics" } },
        ];
        const config = { "connector.class": "example.Sink", topics: "b" };
        fake.connectors.set("two words", { config, state: "RUNNING", generation: 0 });
        const { stdout, stderr } = await runCommand("adopt", [fake.url]);
        expect(stdout + stderr).not.toContain("hunter-2");
        const { lines, "two-words": named, ...defaults } = parse(stdout).config["connect-cdc:connectors"];
        expect(lines.config).toEqual({ "odd.setting": { secret: "lines-odd-setting" }, topics: "a" });
        expect(named).toMatchObject({ name: "two words", class: "example.Sink" });
        expect(defaults).toEqual({ "dbz-source": null, "json-jms-sink": null, "xml-jms-sink": null });
        expect(stdout).toContain("# pulumi config set --secret --path 'connect-cdc:secrets.lines-odd-setting'");

        const { stdout: json } = await runCommand("adopt", [fake.url, "--only", "lines", "--json"]);
        expect(JSON.parse(json)).toEqual({
            connectors: { lines },
            secrets: [{ name: "lines-odd-setting", connector: "lines", key: "odd.setting", masked: false }],
        });
    }, 60_000);

    it("prints a program that imports connectors, and requires the folder of passwords", async () => {
        fake.connectors.set("plain", { config: { "connector.class": "example.Sink" }, state: "PAUSED", generation: 0 });
        fake.connectors.get("lines")!.config["database.password"] = "hunter-2";
        const { stdout } = await runCommand("adopt", [fake.url, "--program"]);
        expect(stdout).not.toContain('"${directory');
        expect(stdout).toContain('const folder = new pulumi.Config().require("secretsFolder");');
        expect(stdout).toContain('"database.password": reference("lines-database-password"),');
        expect(stdout).toContain('config: {},\n}, { import: "plain" });');
        expect(stdout).toMatch(/new Connector\("lines", \{[^;]+adopt: true,[^;]+\n\}\);/);
    }, 60_000);

    it("warns when the worker does not validate, without the worker's message", async () => {
        const message = "Connector config {database.password=hunter-3} contains no connector type";
        fake.faultsOf.push({ request: /validate/, faults: [{ kind: "answer", status: 400, message }] });
        const { stdout, stderr } = await runCommand("adopt", [fake.url]);
        expect(stderr).toContain("lines: the worker does not validate its config");
        expect(stdout + stderr).not.toContain("hunter-3");
    }, 60_000);

    it("validates eight connectors at a time", async () => {
        const perform = fake.perform.bind(fake);
        let now = 0;
        let most = 0;
        const slow = async (method: string, url: string, body: unknown) => {
            most = Math.max(most, ++now);
            await sleep(50);
            now--;
            return perform(method, url, body);
        };
        fake.perform = ((method, url, body) =>
            url.endsWith("/validate") ? slow(method, url, body) : perform(method, url, body)) as typeof perform;
        const lines = fake.connectors.get("lines")!;
        const names = Array.from({ length: 100 }, (_, i) => `lines-${i}`);
        names.forEach((name) => fake.connectors.set(name, { ...lines, config: { ...lines.config, name } }));
        const { stdout } = await runCommand("adopt", [fake.url, "--json"]);
        expect(Object.keys(JSON.parse(stdout).connectors)).toEqual(expect.arrayContaining(names));
        expect(most).toBe(8);
    }, 60_000);

    it("suggests the name of a connector", async () => {
        await expect(runCommand("adopt", [fake.url, "--only", "line"])).rejects.toThrow("did you mean lines?");
        await expect(runCommand("adopt", [])).rejects.toThrow("missing required argument 'URLs'");
    }, 60_000);
});
