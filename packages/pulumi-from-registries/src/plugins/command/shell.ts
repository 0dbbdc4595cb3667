import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Context } from "../protocol/resource";

const DEFAULT_INTERPRETER = ["/bin/sh", "-c"];

/** Options of a command. */
export interface ShellOptions {
    dir?: string;
    environment?: Record<string, string>;
    /** A program and its arguments. The command is the last argument. Default: `/bin/sh -c`. */
    interpreter?: string[];
    stdin?: string;
    /** The output that is shown as diagnostics at once. Default: all. */
    logging?: "none" | "stdout" | "stderr" | "stdoutAndStderr";
}

/** Output of a command. */
export type CommandResult = { stdout: string; stderr: string };

/**
 * Runs a command.
 * @throws Error with its output, unless it ends with exit code 0.
 */
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
        // A process group, so that a cancellation also ends the processes that the shell started
        detached: true,
    });
    const cancel = () => process.kill(-(child.pid ?? 0), "SIGTERM");
    context.signal.addEventListener("abort", cancel);
    // A command need not read its input
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
