import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { definitionProblems } from "../../config/checks/definitionProblems";
import { defaults } from "../../config/defaults";
import { parseConfig } from "../../config/load";
import type { Definitions } from "../../images/staging/contract";
import { answer } from "../../images/staging/main";
import { runProcess } from "../../tools/processes";
import { CHECKOUT, PROJECT } from "../../tools/project";
import { namesOfStack } from "../support/stack/docker";
import { TestStack } from "../support/stack/stack";

// A user's view of an invalid config: the real program under the real CLI, on a stack that never comes up.
let stack: TestStack;

beforeAll(async () => {
    stack = await TestStack.create("refused");
});

afterAll(() => stack?.dispose());

/** The output of an `up` that has to be refused, with nothing made. */
async function refused(sections: Record<string, Record<string, unknown>>): Promise<string> {
    const before = stack.config();
    stack.configure(sections);
    const { code, output } = await stack.tryUp();
    stack.configure({ ...Object.fromEntries(Object.keys(sections).map((key) => [key, undefined])), ...before });
    expect(code).not.toBe(0);
    // A problem in the config needs no stack trace
    expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(await namesOfStack(stack.handle.name)).toEqual([]);
    return output;
}

describe("an invalid config is refused before any change", () => {
    it("by its rules, with all problems at once", async () => {
        const { kafka, zookeeper } = stack.config();
        const output = await refused({
            kafka: { ...kafka, brokers: 2, defaultReplicationFactor: 3 },
            zookeeper: { ...zookeeper, heapMb: 500 },
        });
        expect(output).toContain(
            "error: the stack config has 2 problems; nothing was changed:\n" +
                "      zookeeper.heapMb = 500: must be less than zookeeper.memoryMb (192): the JVM needs memory beside its heap; " +
                "lower it, or raise zookeeper.memoryMb\n" +
                "      kafka.defaultReplicationFactor = 3: must be at most kafka.brokers (2); lower it, or add brokers\n",
        );
    });

    it("by the plugins' definitions, with warnings of unwise settings", async () => {
        const connectors = {
            "json-jms-sink": { config: { "jms.priority": "high" } },
            "xml-jms-sink": { config: { "transforms.write.type": "dev.connectcdc.transforms.XmlWritter" } },
        };
        const output = await refused({ connectors, zookeeper: { ...stack.config().zookeeper, servers: 2 } });
        expect(output).toContain("warning: zookeeper.servers = 2: is even");
        expect(output).toContain("the stack config has 2 problems; nothing was changed:");
        expect(output).toContain('connectors.json-jms-sink.config.jms.priority = "high": must be a whole number');
        expect(output).toContain("did you mean dev.connectcdc.transforms.XmlWriter?");
    });

    it("by the host's limits, and by staging", async () => {
        const { connect } = stack.config();
        const missing = await refused({ connect: { ...connect, plugins: { mine: { path: "/nowhere/sink.jar" } } } });
        expect(missing).toMatch(/this machine is not ready:\n\s+connect\.plugins\.mine\.path = "\/nowhere\/sink\.jar"/);
        const unlocked = { maven: "org.apache.commons:commons-csv:1.10.0" };
        const output = await refused({ connect: { ...connect, plugins: { mine: unlocked } } });
        expect(output).toContain("the images cannot be made; nothing was changed:");
        expect(output).toContain("sha512");
    });
});

it("a number whose text YAML or JSON changes is refused, by the stack's config file in the checkout, too", async () => {
    const raw = `
  connect-cdc:kafka:
    config: { log.retention.bytes: 9223372036854775807 }
  connect-cdc:connectors:
    json-jms-sink: { config: { transforms.write.version: 1.10, transforms.write.code: 007 } }
`;
    const changed = (path: string, became: string, written: string) =>
        `${path} = ${became}: is a number that was written as ${written}; write it in quotes, "${written}", or as ${became}`;
    const retention = changed("kafka.config.log.retention.bytes", "9223372036854776000", "9223372036854775807");
    const configFile = join(stack.handle.folder, `Pulumi.${stack.handle.name}.yaml`);
    const before = readFileSync(configFile, "utf8");
    const inCheckout = join(CHECKOUT, `Pulumi.${stack.handle.name}.yaml`);
    try {
        writeFileSync(configFile, before.replace(/^ {2}connect-cdc:kafka:\n( {4}.*\n)+/m, "").trimEnd() + raw);
        expect((await stack.tryPreview()).output).toContain(retention);
        writeFileSync(inCheckout, readFileSync(configFile));
        const { output } = await stack.tryPreview();
        expect(output).toContain("the stack config has 3 problems; nothing was changed:");
        expect(output).toContain(retention);
        expect(output).toContain(changed("connectors.json-jms-sink.config.transforms.write.version", "1.1", "1.10"));
        expect(output).toContain(changed("connectors.json-jms-sink.config.transforms.write.code", "7", "007"));
    } finally {
        rmSync(inCheckout, { force: true });
        writeFileSync(configFile, before);
    }
});

describe("secrets under the dev stack's passphrase", () => {
    const secret = "hunter2-hunter2";
    const byFile = { PULUMI_CONFIG_PASSPHRASE_FILE: join(CHECKOUT, "Pulumi.dev.passphrase") };
    const byText = { PULUMI_CONFIG_PASSPHRASE: readFileSync(byFile.PULUMI_CONFIG_PASSPHRASE_FILE, "utf8").trim() };
    const name = `refused-public-${process.pid}`;
    let folder: string;

    beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "connect-cdc-refused-"));
        mkdirSync(join(folder, "state"));
        writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: PROJECT, runtime: "nodejs" }));
        await pulumi(byFile, folder, ["stack", "init", name]);
        const args = ["config", "set", "--secret", "--path", `${PROJECT}:secrets.partner`];
        await pulumi(byFile, folder, args, secret);
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    async function pulumi(passphrase: NodeJS.ProcessEnv, cwd: string, args: string[], input?: string): Promise<string> {
        const env = {
            ...stack.target.environment,
            PULUMI_CONFIG_PASSPHRASE: undefined,
            PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
            PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
            ...passphrase,
        };
        const options = { cwd, env, input };
        const { stdout, stderr } = await runProcess(
            "pulumi",
            [...args, "--non-interactive", "--color", "never"],
            options,
        );
        return stdout + stderr;
    }

    it.each([
        ["in its file", byFile],
        ["given as text", byText],
    ])("are refused: %s", async (_, passphrase) => {
        const configFile = join(folder, `Pulumi.${name}.yaml`);
        expect(readFileSync(configFile, "utf8")).toContain("secure:");
        const args = ["preview", "--stack", name, "--config-file", configFile];
        const output = await pulumi(passphrase, CHECKOUT, args);
        expect(output).toMatch(
            /secrets = \[hidden\]: is encrypted with the dev stack's passphrase.*npm run -s env -- --stack/,
        );
        expect(output).not.toContain(secret);
    });

    it("are no problem of a stack that has a passphrase of its own", async () => {
        await stack.setSecret("partner", secret);
        const output = await refused({ kafka: { ...stack.config().kafka, brokers: 0 } });
        expect(output).toContain("the stack config has 1 problem; nothing was changed:\n      kafka.brokers = 0");
    });
});

it("a stack without config has no problem by the real plugins' definitions", async () => {
    const { kafka, zookeeper, jmsBroker, connect } = defaults;
    const request = {
        kafkaVersion: kafka.version,
        zookeeperVersion: zookeeper.version,
        artemisVersion: jmsBroker.version,
        plugins: connect.plugins,
    };
    const { definitions } = await answer(JSON.stringify(request), CHECKOUT);
    const known = JSON.parse(readFileSync(definitions, "utf8")) as Definitions;
    expect(known.plugins.length).toBeGreaterThan(50);
    expect(definitionProblems(parseConfig({}), known)).toEqual([]);
});
