import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import type { TestStack } from "../test/support/stack/stack";
import { lastLines, runProcess } from "../tools/processes";
import { CHECKOUT } from "../tools/project";
import type { Figure } from "./figure";
import { listSeconds, median } from "./statistics";

const ROUNDS = 5;

/** Time of an unchanged `up`, compared with that of a program without resources. The stack must be up. */
export async function measureUnchanged(stack: TestStack, print: (line: string) => void): Promise<Figure> {
    const empty = await EmptyProgram.create(stack);
    await stack.up();
    await empty.up();
    const seconds = { stack: [] as number[], empty: [] as number[] };
    for (let round = 1; round <= ROUNDS; round++) {
        seconds.stack.push((await stack.up("--expect-no-changes")).seconds);
        seconds.empty.push(await empty.up());
    }
    print(`unchanged up: ${listSeconds(seconds.stack)} s; empty program: ${listSeconds(seconds.empty)} s`);
    return {
        name: "unchanged `up`, against an empty Pulumi program",
        ratio: median(seconds.stack) / median(seconds.empty),
        aim: 1.5,
        details: `stack ${listSeconds(seconds.stack)} s, empty ${listSeconds(seconds.empty)} s, median of each`,
    };
}

/** A TypeScript program without resources, with the same SDK, CLI and environment. */
class EmptyProgram {
    private constructor(
        private readonly folder: string,
        private readonly environment: NodeJS.ProcessEnv,
    ) {}

    static async create(stack: TestStack): Promise<EmptyProgram> {
        const folder = join(stack.handle.folder, "empty");
        mkdirSync(join(folder, "state"), { recursive: true });
        writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: "empty", runtime: "nodejs", main: "index.ts" }));
        writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty" }));
        writeFileSync(join(folder, "index.ts"), "export = async () => ({});\n");
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(CHECKOUT, "tsconfig.json") }));
        symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
        const backend = pathToFileURL(join(folder, "state")).href;
        const environment = { PULUMI_BACKEND_URL: backend, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
        const program = new EmptyProgram(folder, { ...stack.target.environment, ...environment });
        await program.run("stack", "init", "empty");
        return program;
    }

    /** Seconds that one `up` takes. */
    async up(): Promise<number> {
        const started = performance.now();
        await this.run("up", "--yes", "--skip-preview", "--stack", "empty");
        return (performance.now() - started) / 1000;
    }

    private async run(...args: string[]): Promise<void> {
        const options = { cwd: this.folder, env: this.environment };
        const { code, stdout, stderr } = await runProcess(
            "pulumi",
            [...args, "--non-interactive", "--color", "never"],
            options,
        );
        if (code !== 0) {
            throw new Error(`pulumi ${args[0]} of the empty program failed: ${lastLines(stdout + stderr, 20)}`);
        }
    }
}
