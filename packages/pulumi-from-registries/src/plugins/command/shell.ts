import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Context } from "../protocol/resource";

const DEFAULT_INTERPRETER = ["/bin/sh", "-c"];

/** How a command is run. */
export interface ShellOptions {
    dir?: string;
    environment?: Record<string, string>;
    /** The program and its arguments that the command is put after. */
    interpreter?: string[];
    stdin?: string;
    /** What of the output is shown among the diagnostics as it comes; everything by default. */
    logging?: "none" | "stdout" | "stderr" | "stdoutAndStderr";
}

/** What a command wrote. */
export type CommandResult = { stdout: string; stderr: string };

/** Runs `command`; fails unless it ends with exit code 0. */
export async function runShell(
    command: string,
    options: ShellOptions,
    context: Context<unknown>,
): Promise<CommandResult> {
    const { dir, environment, stdin = "", logging = "stdoutAndStderr" } = options;
    if (dir !== undefined && !existsSync(dir)) throw new Error(`dir ${dir} of the command does not exist`);
    const [program = "", ...args] = options.interpreter ?? DEFAULT_INTERPRETER;
    const child = spawn(program, [...args, command], {
        cwd: dir,
        env: { ...process.env, ...environment },
        // its own process group, so that a cancellation reaches what the shell has started
        detached: true,
    });
    const cancel = () => process.kill(-(child.pid ?? 0), "SIGTERM");
    context.signal.addEventListener("abort", cancel);
    // a command need not read its input
    child.stdin.on("error", () => {}).end(stdin);
    const show = (stream: string) => (logging === stream || logging === "stdoutAndStderr" ? context.log : () => {});
    const output = [collect(child.stdout, show("stdout")), collect(child.stderr, show("stderr"))] as const;
    try {
        const ending = await new Promise<string | undefined>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", (code, signal) =>
                resolve(code === 0 ? undefined : signal ? `signal: ${signal}` : `exit status ${code}`),
            );
        });
        const [stdout, stderr] = await Promise.all(output);
        if (ending !== undefined) throw new Error(`${ending}: running ${JSON.stringify(command)}:\n${stdout}${stderr}`);
        return { stdout: withoutLineEnd(stdout), stderr: withoutLineEnd(stderr) };
    } finally {
        context.signal.removeEventListener("abort", cancel);
    }
}

async function collect(stream: Readable, show: (line: string) => void): Promise<string> {
    let text = "";
    stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    for await (const line of createInterface({ input: stream })) show(line);
    return text;
}

function withoutLineEnd(text: string): string {
    return text.replace(/\r?\n$/, "");
}
