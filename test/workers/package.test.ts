import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { pulumiEnvironment } from "../../tools/environment";
import { lastLines, runProcess } from "../../tools/processes";
import { CHECKOUT } from "../../tools/project";
import { ConnectProcess, startConnect } from "../support/workers/connectProcess";

/*
 * The package as a stranger gets it: packed, installed from the tarball with its peers in an empty folder, and used with the
 * real CLI and a real worker. Programs in folders below find it further up, as in a workspace.
 */
const LIMIT_MS = 4 * 60_000;

let connect: ConnectProcess;
let folder: string;
let tarball: string;
let environment: NodeJS.ProcessEnv;

/** Runs something in a folder of the stranger's, and returns what it printed. */
async function run(where: string, program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const options = { cwd: join(folder, where), env: { ...environment, ...env } };
    const { code, stdout, stderr } = await runProcess(program, args, options);
    if (code !== 0) {
        throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${lastLines(stdout + stderr, 40)}`);
    }

    return stdout + stderr;
}

function write(name: string, content: string | object): void {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

function install(where: string, ...args: string[]): Promise<string> {
    return run(where, "npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", ...args]);
}

const args = (name: string) => ({
    name,
    cluster: "test",
    restUrls: [connect.restUrl],
    class: "org.apache.kafka.connect.file.FileStreamSourceConnector",
    config: { file: join(connect.folder, name), topic: "lines" },
});

const names = async () => (await axios.get(`${connect.restUrl}/connectors`)).data as string[];

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-package-"));
    mkdirSync(join(folder, "state"));
    environment = {
        ...process.env,
        ...pulumiEnvironment(),
        PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
    const installed = async () => {
        const packed = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
        const { stdout } = await runProcess("npm", packed, { cwd: join(CHECKOUT, "packages", "connector") });
        tarball = join(folder, JSON.parse(stdout)[0].filename);
        const { dependencies, devDependencies } = JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8"));
        const versions = { ...dependencies, ...devDependencies };
        const peers = ["@pulumi/pulumi", "typescript", "ts-node", "@types/node"];
        write("package.json", {
            name: "stranger",
            private: true,
            workspaces: ["hoisted"],
            dependencies: {
                "@connect-cdc/connector": tarball,
                ...Object.fromEntries(peers.map((name) => [name, versions[name]])),
            },
        });
        write("hoisted/package.json", { name: "hoisted", type: "module" });
        await install(".");
    };
    [connect] = await Promise.all([startConnect(), installed()]);
}, LIMIT_MS);

afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await connect?.stop();
});

/** The way in which Pulumi's release starts dynamic providers; ours is beside the CLI that the tests have set up. */
const released = () => ({ PATH: [join(folder, "node_modules/@pulumi/pulumi"), environment["PATH"]].join(delimiter) });

describe.concurrent("a program of the CLI", () => {
    const programs = {
        typescript: {
            where: ".",
            file: "index.ts",
            text: (of: object) => `
                import { Connector, type ConnectorArgs } from "@connect-cdc/connector";
                const args: ConnectorArgs = ${JSON.stringify(of)};
                export const seen = new Connector("one", args).state;`,
        },
        commonjs: {
            where: "commonjs",
            file: "index.js",
            text: (of: object) => `
                const { Connector } = require("@connect-cdc/connector");
                exports.seen = new Connector("one", ${JSON.stringify(of)}).state;`,
        },
        hoisted: {
            where: "hoisted",
            file: "index.js",
            text: (of: object) => `
                import { Connector } from "@connect-cdc/connector";
                export const seen = new Connector("one", ${JSON.stringify(of)}).state;`,
        },
    };

    it.each(Object.keys(programs) as (keyof typeof programs)[])(
        "makes a connector, and deletes it: %s",
        async (name) => {
            const { where, file, text } = programs[name];
            const pulumi = (verb: string, ...flags: string[]) =>
                run(where, "pulumi", [verb, "--non-interactive", "--color=never", ...flags], {
                    ...(name === "typescript" ? {} : released()),
                });
            write(join(where, "Pulumi.yaml"), stringify({ name, runtime: "nodejs" }));
            write(join(where, file), text(args(name)));
            await run(where, "pulumi", ["stack", "init", name, "--non-interactive"]);
            expect(await pulumi("up", "--yes", "--skip-preview")).toContain('seen: "running"');
            expect(await names()).toContain(name);
            if (name === "typescript") {
                await pulumi("up", "--yes", "--refresh", "--skip-preview", "--expect-no-changes");
            }

            await pulumi("destroy", "--yes", "--skip-preview");
            expect(await names()).not.toContain(name);
        },
        LIMIT_MS,
    );

    it.each([
        ["the folder that its process was started in", "inline", "undefined"],
        ["the folder that main names", "elsewhere", "import.meta.dirname"],
    ])(
        "is inline, of the Automation API, in %s",
        async (_, name, main) => {
            const file = `inline/${name}.mjs`;
            write(
                file,
                `
                import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
                import { Connector } from "@connect-cdc/connector";
                const program = async () => ({ seen: new Connector("one", ${JSON.stringify(args(name))}).state });
                const main = ${main};
                const projectSettings = main && { name: "inline", runtime: "nodejs", main };
                const of = { stackName: "${name}", projectName: "inline", program };
                const stack = await LocalWorkspace.createStack(of, { projectSettings });
                const { outputs } = await stack.up();
                await stack.destroy();
                console.log("seen: " + outputs.seen.value);`,
            );
            const where = main === "undefined" ? "inline" : "state";
            expect(await run(where, "node", [join(folder, file)], released())).toContain("seen: running");
            expect(await names()).not.toContain(name);
        },
        LIMIT_MS,
    );
});

describe("types", () => {
    beforeAll(async () => {
        const types = (...args: string[]) => run(".", "npx", ["connector-types", ...args]);
        const definitions = join(CHECKOUT, "test/unit/config/definitions.json");
        const file = "org.apache.kafka.connect.file.FileStreamSourceConnector";
        const sink = "dev.connectcdc.jms.JmsSinkConnector";
        const all = await Promise.all([
            types("--url", connect.restUrl, file, "--name", "FileSource"),
            types("--definitions", definitions, sink, "--name", "JmsSink"),
        ]);
        write("fileSource.ts", all[0]);
        write("jmsSink.ts", all[1]);
        write(
            "types.ts",
            `
            import { output } from "@pulumi/pulumi";
            import { Connector, Subject } from "@connect-cdc/connector";
            import { openConnectors } from "@connect-cdc/connector/client";
            import { unknownKeys } from "@connect-cdc/connector/checks";
            import { readUrls } from "@connect-cdc/connector/commands";
            import { postgresSource } from "@connect-cdc/connector/postgres";
            import { openRegistry } from "@connect-cdc/connector/registry";
            import type { FileSource } from "./fileSource.js";
            import type { JmsSink } from "./jmsSink.js";

            const at = { name: "a", cluster: "c", restUrls: ["http://localhost:8083"] };
            export const known = [openConnectors, unknownKeys, readUrls, openRegistry, postgresSource({}).slot.length];
            // @ts-expect-error: arguments are missing
            new Connector("wrong", { name: "wrong" });
            const registry = { registryUrls: ["http://localhost:8081"], subject: "s" };
            new Subject("right", { ...registry, schema: { type: "AVRO", text: output("t") }, compatibility: "FULL" });
            // @ts-expect-error: no level
            new Subject("wrong", { ...registry, compatibility: "SOME" });
            new Connector("any", { ...at, class: "any", config: { anything: 1, more: output("x") } });
            const file = { ...at, class: "${file}" as const };
            new Connector<FileSource>("right", { ...file, config: { topic: "t" } });
            new Connector<FileSource>("right", { ...file, config: output({ topic: "t", "batch.size": 5 }) });
            new Connector<FileSource>("right", {
                ...file,
                config: {
                    topic: output("t"),
                    "batch.size": "\${env:SIZE}",
                    "errors.tolerance": "all",
                    "key.converter": "any",
                    "key.converter.schemas.enable": false,
                    "transforms.a.type": "any",
                },
                sensitiveConfig: { file: "f" },
            });
            type More = { config: { "handed.on": string } };
            new Connector<FileSource & More>("right", { ...file, config: { topic: "t", "handed.on": "x" } });
            // @ts-expect-error: another class
            new Connector<FileSource>("wrong", { ...at, class: "any", config: { topic: "t" } });
            // @ts-expect-error: the topic is missing
            new Connector<FileSource>("wrong", { ...file, config: { file: "f" } });
            // @ts-expect-error: a setting that it does not have
            new Connector<FileSource>("wrong", { ...file, config: { topic: "t", filee: "f" } });
            // @ts-expect-error: no number
            new Connector<FileSource>("wrong", { ...file, config: { topic: "t", "batch.size": "many" } });
            // @ts-expect-error: true or false
            new Connector<FileSource>("wrong", { ...file, config: { topic: "t", "errors.log.enable": "yes" } });
            const sink = { ...at, class: "${sink}" as const };
            const jndi = { "java.naming.factory.initial": "f", "java.naming.provider.url": "u" };
            const right = { ...jndi, "jms.destination.name": "q", topics: "t" };
            new Connector<JmsSink>("right", { ...sink, config: { ...right, "jms.destination.type": "topic" } });
            // @ts-expect-error: none of its values
            new Connector<JmsSink>("wrong", { ...sink, config: { ...right, "jms.destination.type": "queues" } });
            // @ts-expect-error: the destination is missing
            new Connector<JmsSink>("wrong", { ...sink, config: { ...jndi, topics: "t" } });`,
        );
    }, LIMIT_MS);

    it.each([
        ["nodenext", "nodenext"],
        ["commonjs", "node"],
    ])(
        "are right for module %s, resolved as %s",
        async (module, moduleResolution) => {
            const options = ["--noEmit", "--strict", "--target", "es2020", "--module", module];
            await run(".", "npx", ["tsc", ...options, "--moduleResolution", moduleResolution, "types.ts"]);
        },
        LIMIT_MS,
    );
});

it(
    "needs neither Pulumi nor pg for its client",
    async () => {
        write("alone/package.json", {
            name: "alone",
            private: true,
            dependencies: { "@connect-cdc/connector": tarball },
        });
        await install("alone", "--omit=peer", "--no-workspaces");
        write(
            "alone/client.mjs",
            `
            import { openConnectors } from "@connect-cdc/connector/client";
            import { findCaptureProblems } from "@connect-cdc/connector/postgres";
            import { differences } from "@connect-cdc/connector/registry";
            const access = { name: "any", restUrls: ["${connect.restUrl}"], secrets: {} };
            const connect = openConnectors(access, { limitSeconds: 30, silenceSeconds: 10 });
            console.log((await connect.worker()).version);
            const proto = (type) => ({ type: "PROTOBUF", text: 'syntax = "proto3"; message M { ' + type + ' f = 1; }' });
            console.log(JSON.stringify(await differences(proto("int32"), proto("string"), "FULL")));
            const { deadline } = connect.client;
            const problems = findCaptureProblems([{}], "postgresql://a:b@127.0.0.1/c", deadline);
            await problems.catch(({ message }) => console.log("problems: " + message));
            const { default: provider } = await import("@connect-cdc/connector/provider/connector");
            const database = { url: "postgresql://a:b@127.0.0.1/c", slot: "drop" };
            const postgres = "io.debezium.connector.postgresql.PostgresConnector";
            const source = { ...access, cluster: "c", class: postgres, config: {}, onDelete: { database } };
            const { failures } = await provider.check({}, { ...source, checkLive: false });
            failures.forEach(({ reason }) => console.log("preview: " + reason));`,
        );
        const printed = await run("alone", "node", ["client.mjs"]);
        expect(printed).toContain(connect.version);
        expect(printed).toContain("has changed its type from int32 to string");
        const missing = "the npm package pg, which reads PostgreSQL, is not installed. Run: npm install pg";
        expect(printed).toContain(`problems: ${missing}`);
        expect(printed).toContain(`preview: onDelete.database: ${missing}`);
    },
    LIMIT_MS,
);
