import { spawn, type SpawnOptions } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface ProcessResult {
    /** Exit code; 128 when a signal ended the process. */
    code: number;
    stdout: string;
    stderr: string;
}

export interface RunOptions extends Pick<SpawnOptions, "cwd" | "env" | "gid" | "uid"> {
    /** Text for stdin. Default: empty. */
    input?: string;
    /** Limit after which the process is ended, in milliseconds. Default: none. */
    timeoutMilliseconds?: number;
    /** Called at once with each piece of stdout and stderr. */
    onOutput?: (text: string) => void;
}

/**
 * Runs a program without a shell and collects its output.
 * @throws the system's error when the program does not exist.
 */
export function runProcess(file: string, args: string[], options: RunOptions = {}): Promise<ProcessResult> {
    return new Promise((resolve, reject) => {
        const { cwd, env, uid, gid, timeoutMilliseconds: timeout } = options;
        const child = spawn(file, args, { cwd, env, uid, gid, timeout, stdio: ["pipe", "pipe", "pipe"] });
        const output = { stdout: "", stderr: "" };
        for (const name of ["stdout", "stderr"] as const) {
            child[name].setEncoding("utf8").on("data", (text: string) => {
                output[name] += text;
                options.onOutput?.(text);
            });
        }
        child.once("error", reject);
        child.once("close", (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 128), ...output }));
        // A process may end without reading its input. Its exit code counts.
        child.stdin.on("error", () => undefined);
        child.stdin.end(options.input ?? "");
    });
}

/**
 * The absolute path of a program on PATH; undefined when it is not found.
 *
 * @param extraFolders folders to search after PATH. A user's PATH often has no system folders.
 */
export function findProgram(name: string, extraFolders: string[] = []): string | undefined {
    const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
    return [...folders, ...extraFolders].map((folder) => join(folder, name)).find(isExecutableFile);
}

function isExecutableFile(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
    } catch {
        return false;
    }
}

/** The last lines of a text, for an error message. */
export function lastLines(text: string, count: number): string {
    return text.trimEnd().split("\n").slice(-count).join("\n");
}
