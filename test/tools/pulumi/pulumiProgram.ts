import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installPlugins } from "@connect-cdc/pulumi-from-registries";
import { stringify } from "yaml";
import { pulumiEnvironment } from "../../../tools/environment";
import { logToStderr } from "../../../tools/log";
import { runProcess } from "../../../tools/processes";
import { CHECKOUT } from "../../../tools/project";
import { registriesOptions } from "../../../tools/setup/pulumi";
import { setup } from "../../../tools/setup/setup";

const HEADER = `
import * as pulumi from "@pulumi/pulumi";
import * as docker from "@pulumi/docker";
import * as command from "@pulumi/command";
`;

interface EngineEvent {
    diagnosticEvent?: { severity: string; message: string };
    resourcePreEvent?: { metadata: { op: string; urn: string } };
}

/** What one command of the CLI did. */
export interface Outcome {
    ok: boolean;
    /** By name of a resource, what was done with it; resources that stay the same are left out. */
    steps: Record<string, string>;
    /** The diagnostics, without debug messages. */
    messages: string;
}

/** A small Pulumi program in a folder of its own, run by the real CLI with our plugins and the unchanged SDKs. */
export class PulumiProgram {
    readonly folder = mkdtempSync(join(tmpdir(), "cdc-plugtest-"));

    private constructor(readonly environment: NodeJS.ProcessEnv) {}

    static async create(): Promise<PulumiProgram> {
        await setup(logToStderr);
        const own = {
            PULUMI_HOME: await installPlugins(registriesOptions(logToStderr)),
            PULUMI_CONFIG_PASSPHRASE: "test",
            PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
            // Without this the CLI has no --event-log
            PULUMI_DEBUG_COMMANDS: "1",
        };
        const program = new PulumiProgram({ ...process.env, ...pulumiEnvironment(), ...own });
        program.environment.PULUMI_BACKEND_URL = pathToFileURL(join(program.folder, "state")).href;
        mkdirSync(join(program.folder, "state"));
        symlinkSync(join(CHECKOUT, "node_modules"), join(program.folder, "node_modules"));
        const runtime = { name: "nodejs", options: { typescript: false } };
        program.writeFile("Pulumi.yaml", stringify({ name: "plugtest", runtime, main: "program.js" }));
        program.writeFile("package.json", JSON.stringify({ name: "plugtest" }));
        // ts-node would take longer than all the rest
        copyFileSync(join(CHECKOUT, "program.js"), join(program.folder, "program.js"));
        await program.pulumi("stack", "init", "test");
        return program;
    }

    /** Links the rooms where the text of a dynamic provider looks for its module. */
    linkRooms(): void {
        for (const room of ["components", "servers", "docker"]) {
            symlinkSync(join(CHECKOUT, room), join(this.folder, room));
        }
    }

    writeFile(name: string, content: string): string {
        const file = join(this.folder, name);
        writeFileSync(file, content);
        return file;
    }

    /** Replaces the program by one with these statements. */
    write(...statements: string[]): void {
        this.writeFile("index.ts", HEADER + statements.join("\n"));
    }

    /** `pulumi up` of a program with these statements. */
    up(...statements: string[]): Promise<Outcome> {
        this.write(...statements);
        return this.run("up", "--yes", "--skip-preview");
    }

    /** One command of the CLI that works on resources. */
    async run(...args: string[]): Promise<Outcome> {
        const log = join(this.folder, "events.log");
        rmSync(log, { force: true });
        const { code, stderr } = await this.cli(...args, "--stack", "test", "--event-log", log);
        const events = readFileSync(log, "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as EngineEvent);
        const messages = events
            .flatMap(({ diagnosticEvent }) => diagnosticEvent ?? [])
            .filter(({ severity }) => severity !== "debug")
            .map(({ message }) => message)
            .join("");
        return { ok: code === 0, steps: stepsOf(events), messages: messages + stderr };
    }

    /** An output of the stack. */
    async output(name: string): Promise<unknown> {
        return JSON.parse(await this.pulumi("stack", "output", name, "--json", "--show-secrets", "--stack", "test"));
    }

    /** The stack's state as it is stored. */
    state(): string {
        return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "plugtest", "test.json"), "utf8");
    }

    /** Takes away the lock of a CLI that was killed. */
    async unlock(): Promise<void> {
        await this.pulumi("cancel", "--yes", "test");
    }

    /** Destroys what is left and removes the folder. */
    async close(): Promise<void> {
        const { ok, messages } = await this.run("destroy", "--yes", "--skip-preview", "--refresh");
        if (!ok) throw new Error(`not everything could be removed: ${messages}`);
        rmSync(this.folder, { recursive: true });
    }

    private async pulumi(...args: string[]): Promise<string> {
        const { code, stdout, stderr } = await this.cli(...args);
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stderr}`);
        return stdout;
    }

    private cli(...args: string[]) {
        return runProcess("pulumi", [...args, "--non-interactive"], { cwd: this.folder, env: this.environment });
    }
}

function stepsOf(events: EngineEvent[]): Record<string, string> {
    const steps: Record<string, string> = {};
    for (const { resourcePreEvent } of events) {
        if (resourcePreEvent === undefined) continue;
        const { op, urn } = resourcePreEvent.metadata;
        if (op === "same" || urn.includes("pulumi:pulumi:Stack") || urn.includes("pulumi:providers:")) continue;
        steps[urn.split("::").at(-1) ?? ""] ??= op;
    }
    return steps;
}
