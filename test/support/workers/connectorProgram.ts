import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { done, pending, waitFor } from "../../../servers/wait";
import { pulumiEnvironment } from "../../../tools/environment";
import { lastLines, runProcess } from "../../../tools/processes";
import { CHECKOUT } from "../../../tools/project";
import type { FileConnectorArgs } from "./fileConnectors";

/** What one command of the CLI did. */
export interface ProgramRun {
    code: number;
    output: string;
    seconds: number;
}

/** A connector of the program, and how its resource is declared. */
export type Declaration = FileConnectorArgs & {
    adopt?: boolean | "equal";
    /** Name of the resource. Default: the connector's. */
    resource?: string;
    /** Name of a component that the resource is a child of. */
    component?: string;
    renamedFrom?: string;
    options?: CustomResourceOptions;
    /** Names of the resources that it is replaced with. */
    replaceWith?: string[];
};

const PROGRAM = `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ComponentResource } from "@pulumi/pulumi";
import { Connector } from "@connect-cdc/connector";

const all = JSON.parse(readFileSync(join(__dirname, "connectors.json"), "utf8"));
const made = new Map();
for (const { resource, component, options, replaceWith, ...args } of all) {
    const parent = component && new ComponentResource("test:Component", component);
    const more = { ...(parent && { parent }), ...(replaceWith && { replaceWith: replaceWith.map((name) => made.get(name)) }) };
    made.set(resource, new Connector(resource ?? args.name, args, { ...options, ...more }));
}
`;

/**
 * A Pulumi program of connectors only, as a user of the class alone would write it: in a folder of its own,
 * with state of its own, run by the real CLI.
 */
export class ConnectorProgram {
    readonly folder = mkdtempSync(join(tmpdir(), "connect-cdc-program-"));
    private readonly environment: NodeJS.ProcessEnv;

    /** @param program text of the program, which finds the connectors' arguments in `connectors.json`. */
    private constructor(program: string, project: string) {
        mkdirSync(join(this.folder, "state"));
        this.environment = {
            XDG_STATE_HOME: join(this.folder, "kept"),
            ...process.env,
            ...pulumiEnvironment(),
            PULUMI_BACKEND_URL: pathToFileURL(join(this.folder, "state")).href,
            PULUMI_CONFIG_PASSPHRASE: "test",
        };
        const runtime = { name: "nodejs", options: { typescript: false } };
        this.write("Pulumi.yaml", stringify({ name: project, runtime, main: "program.js" }));
        this.write("package.json", JSON.stringify({ name: "connectors" }));
        this.write("index.ts", program);
        copyFileSync(join(CHECKOUT, "program.js"), join(this.folder, "program.js"));
        symlinkSync(join(CHECKOUT, "node_modules"), join(this.folder, "node_modules"));
    }

    static async create(program = PROGRAM, project = "connectors"): Promise<ConnectorProgram> {
        const created = new ConnectorProgram(program, project);
        await created.must("stack", "init", "test");
        return created;
    }

    /** Declares these connectors, and no other ones. */
    declare(connectors: Declaration[]): void {
        this.write("connectors.json", JSON.stringify(connectors));
    }

    write(name: string, text: string): void {
        writeFileSync(join(this.folder, name), text);
    }

    up(...flags: string[]): Promise<ProgramRun> {
        return this.must("up", "--yes", "--skip-preview", "--stack", "test", ...flags);
    }

    refresh(...flags: string[]): Promise<ProgramRun> {
        return this.must("refresh", "--yes", "--skip-preview", "--stack", "test", ...flags);
    }

    destroy(): Promise<ProgramRun> {
        return this.must("destroy", "--yes", "--skip-preview", "--stack", "test");
    }

    /** `up`, killed with all its processes as soon as it has come so far; then its lock is taken away. */
    async upUntilKilled(isFar: () => boolean, ...flags: string[]): Promise<void> {
        const args = ["up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive", ...flags];
        const child = spawn("pulumi", args, {
            cwd: this.folder,
            env: this.environment,
            stdio: "ignore",
            detached: true,
        });
        const ended = once(child, "exit");
        const isOver = () => isFar() || child.exitCode !== null;
        const options = { what: "half an up", timeoutSeconds: 300, intervalSeconds: 0.1 };
        await waitFor(async () => (isOver() ? done() : pending("less")), options);
        process.kill(-child.pid!, "SIGKILL");
        await ended;
        await this.must("cancel", "--yes", "test");
    }

    /** One command of the CLI, which may fail. */
    async run(...args: string[]): Promise<ProgramRun> {
        const started = performance.now();
        const flags = ["--non-interactive", "--color", "never"];
        const options = { cwd: this.folder, env: this.environment };
        const { code, stdout, stderr } = await runProcess("pulumi", [...args, ...flags], options);
        return { code, output: stdout + stderr, seconds: (performance.now() - started) / 1000 };
    }

    /** Removes the folder; what the program made must be destroyed before. */
    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }

    private async must(...args: string[]): Promise<ProgramRun> {
        const result = await this.run(...args);
        if (result.code !== 0) {
            throw new Error(`pulumi ${args[0]} failed (exit code ${result.code}):\n${lastLines(result.output, 60)}`);
        }

        return result;
    }
}
