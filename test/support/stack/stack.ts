import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { readStackOutputs, type StackOutputs } from "../../../cli/stack/stackOutputs";
import type { StackTarget } from "../../../cli/stack/target";
import { pulumiEnvironment } from "../../../tools/environment";
import { lastLines, runProcess } from "../../../tools/processes";
import { isAlive } from "../../../tools/processLock";
import { CHECKOUT, PROJECT } from "../../../tools/project";
import { removeStackObjects, stacksOnEngine } from "./docker";
import { findPorts, type StackPorts } from "./ports";

/** What another process needs to work on the same stack. */
export interface StackHandle {
    /** Name of the stack; it names the process that made it. */
    name: string;
    /** Folder of its state, its config file and its log. */
    folder: string;
    ports: StackPorts;
}

export interface RunResult {
    code: number;
    output: string;
    seconds: number;
}

/** One step of a preview: what would happen to which resource. */
export interface PlannedStep {
    op: string;
    /** Name of the resource. */
    name: string;
    type: string;
}

type Section = Record<string, unknown>;

const folderPrefix = "connect-cdc-stack-";
const runLimitMinutes = 15;
/** Without outputs: the end of what it prints, which an error shows, is its diagnostics. */
const UP = ["--yes", "--skip-preview", "--suppress-outputs"];

/**
 * A real stack for tests: the real `pulumi` on the real engine, with a name, ports, a state folder and a config file of its
 * own, so that it runs beside the dev stack and other test runs.
 */
export class TestStack {
    constructor(readonly handle: StackHandle) {}

    get target(): StackTarget {
        const { handle } = this;
        return { stack: handle.name, configFile: configFile(handle), environment: environment(handle) };
    }

    /** Makes a stack that is not up yet. What dead test runs left is removed first. */
    static async create(prefix = "test"): Promise<TestStack> {
        await removeAbandonedStacks();
        const name = `${prefix}-${process.pid.toString(36)}-${randomBytes(2).toString("hex")}`;
        const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${name}-`));
        const stack = new TestStack({ name, folder, ports: await findPorts() });
        await stack.initialize();
        return stack;
    }

    private async initialize(): Promise<void> {
        mkdirSync(join(this.handle.folder, "state"), { mode: 0o700 });
        // `stack init` writes the config file beside the project file that it finds: this one keeps it out of the checkout.
        writeFileSync(join(this.handle.folder, "Pulumi.yaml"), stringify({ name: PROJECT, runtime: "nodejs" }));
        await this.must("stack", ["init", this.handle.name, "--no-select"], this.handle.folder);
        const { ports } = this.handle;
        this.configure({
            zookeeper: {
                clientPort: ports.zookeeper,
                tlsPort: ports.tls.zookeeper,
                quorumPort: ports.quorum,
                electionPort: ports.election,
            },
            kafka: { port: ports.kafka, tlsPort: ports.tls.kafka, operatorPort: ports.tls.operator },
            connect: { port: ports.connect, tlsPort: ports.tls.connect },
            metrics: {
                zookeeperPort: ports.metrics.zookeeper,
                kafkaPort: ports.metrics.kafka,
                connectPort: ports.metrics.connect,
            },
            database: { port: ports.database },
            registry: { port: ports.registry, tlsPort: ports.tls.registry },
            jmsBroker: { port: ports.jmsBroker, tlsPort: ports.tls.jmsBroker, consolePort: ports.jmsConsole },
        });
    }

    /** The config's sections as the stack file has them. */
    config(): Record<string, Section> {
        const { config = {} } = this.readConfigFile();
        const entries = Object.entries(config as Record<string, Section>);
        return Object.fromEntries(entries.map(([key, section]) => [key.slice(PROJECT.length + 1), section]));
    }

    /** Sets whole sections of the config; `undefined` removes one. */
    configure(sections: Record<string, Section | undefined>): void {
        const file = this.readConfigFile();
        const all = { ...this.config(), ...sections };
        const config = Object.fromEntries(Object.entries(all).map(([key, value]) => [`${PROJECT}:${key}`, value]));
        writeFileSync(configFile(this.handle), stringify({ ...file, config }));
    }

    private readConfigFile(): Record<string, unknown> {
        return (parse(readFileSync(configFile(this.handle), "utf8")) ?? {}) as Record<string, unknown>;
    }

    /** `pulumi up`; throws when it fails. */
    up(...flags: string[]): Promise<RunResult> {
        return this.must("up", [...UP, ...flags]);
    }

    /** `pulumi up` that may fail. */
    tryUp(...flags: string[]): Promise<RunResult> {
        return this.run("up", [...UP, ...flags]);
    }

    refresh(): Promise<RunResult> {
        return this.must("refresh", ["--yes", "--skip-preview"]);
    }

    destroy(...flags: string[]): Promise<RunResult> {
        return this.must("destroy", ["--yes", "--skip-preview", ...flags]);
    }

    /** Takes the protection from all resources. */
    async unprotect(): Promise<void> {
        await this.must("state", ["unprotect", "--all", "--yes", "--stack", this.handle.name]);
    }

    /** The changes that `pulumi preview` shows. */
    async preview(): Promise<PlannedStep[]> {
        const { output } = await this.must("preview", ["--json"]);
        const { steps = [] } = JSON.parse(output.slice(output.indexOf("{"))) as {
            steps?: { op: string; urn: string }[];
        };
        return steps
            .filter(({ op }) => op !== "same")
            .map(({ op, urn }) => {
                const [, , types = "", name = ""] = urn.split("::");
                return { op, name, type: types.split("$").at(-1) ?? "" };
            });
    }

    /** Runs `npm run <command> -- <args>` for this stack. */
    npmRun(command: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
        return this.npmRunWith({}, command, ...args);
    }

    /** Like {@link npmRun}, with other variables in the environment. */
    npmRunWith(variables: NodeJS.ProcessEnv, command: string, ...args: string[]) {
        const script = join(CHECKOUT, "cli", "run.js");
        return runProcess(process.execPath, [script, command, "--stack", this.handle.name, ...args], {
            cwd: CHECKOUT,
            env: { ...environment(this.handle), ...variables },
            timeoutMilliseconds: runLimitMinutes * 60_000,
        });
    }

    /** Any command of `pulumi` on this stack; it may fail. */
    pulumi(command: string, ...args: string[]): Promise<RunResult> {
        return this.run(command, args);
    }

    /** Sets a secret of the config, which is given to `pulumi` by its standard input. */
    async setSecret(name: string, value: string): Promise<void> {
        const args = ["set", "--secret", "--path", `${PROJECT}:secrets.${name}`];
        const { code, output } = await this.run("config", args, CHECKOUT, value);
        if (code !== 0) throw new Error(`secret ${name} could not be set: ${output}`);
    }

    outputs(): Promise<StackOutputs> {
        return readStackOutputs(this.target);
    }

    /** `pulumi preview` that may fail, as a user sees it. */
    tryPreview(): Promise<RunResult> {
        return this.run("preview", []);
    }

    /** All text that the backend keeps of this stack: state, backups, history. */
    stateTexts(): string[] {
        return readdirSync(join(this.handle.folder, "state"), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    }

    /** All output of `pulumi` so far. */
    log(): string {
        return readFileSync(join(this.handle.folder, "pulumi.log"), "utf8");
    }

    /** Destroys the stack, by force what `pulumi destroy` leaves, and forgets its state. Never throws for a broken stack. */
    async dispose(): Promise<void> {
        try {
            const { code, output } = await this.run("destroy", ["--yes", "--skip-preview"]);
            if (code !== 0) {
                process.stderr.write(`stack ${this.handle.name} was removed by force: ${lastLines(output, 20)}\n`);
            }
        } finally {
            await removeStackObjects(this.handle.name);
            rmSync(this.handle.folder, { recursive: true, force: true });
        }
    }

    private async must(command: string, args: string[], cwd?: string): Promise<RunResult> {
        const result = await this.run(command, args, cwd);
        if (result.code !== 0) {
            throw new Error(`pulumi ${command} failed (exit code ${result.code}):\n${lastLines(result.output, 60)}`);
        }

        return result;
    }

    private async run(command: string, args: string[], cwd = CHECKOUT, input?: string): Promise<RunResult> {
        const started = performance.now();
        const flags = ["--non-interactive", "--color", "never"];
        if (!["stack", "state"].includes(command)) {
            flags.push("--stack", this.handle.name, "--config-file", configFile(this.handle));
        }

        const { code, stdout, stderr } = await runProcess("pulumi", [command, ...args, ...flags], {
            cwd,
            // where the offsets of deleted connectors are kept
            env: { XDG_STATE_HOME: join(this.handle.folder, "kept"), ...environment(this.handle) },
            input,
            timeoutMilliseconds: runLimitMinutes * 60_000,
            onOutput: (text) => appendFileSync(join(this.handle.folder, "pulumi.log"), text),
        });
        // A preview's JSON must stay apart from messages.
        const output = args.includes("--json") && code === 0 ? stdout : stdout + stderr;
        return { code, output, seconds: (performance.now() - started) / 1000 };
    }
}

function configFile({ name, folder }: StackHandle): string {
    return join(folder, `Pulumi.${name}.yaml`);
}

function environment({ folder }: StackHandle): NodeJS.ProcessEnv {
    return {
        ...process.env,
        ...pulumiEnvironment(),
        PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "test",
    };
}

/** Removes the stacks of test runs whose process has ended without doing so. */
async function removeAbandonedStacks(): Promise<void> {
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(folderPrefix));
    for (const stack of (await stacksOnEngine()).filter(isAbandoned)) {
        process.stderr.write(`removing stack ${stack}, which a test run left behind\n`);
        await removeStackObjects(stack);
    }
    for (const folder of folders.filter((name) => isAbandoned(name.slice(folderPrefix.length)))) {
        rmSync(join(tmpdir(), folder), { recursive: true, force: true });
    }
}

/** Test stacks are called `<prefix>-<process id in base 36>-<random>`. */
function isAbandoned(stack: string): boolean {
    const match = /^(?:test|bench)-([0-9a-z]+)-[0-9a-f]{4}/.exec(stack);
    return match !== null && !isAlive(Number.parseInt(match[1] as string, 36));
}
