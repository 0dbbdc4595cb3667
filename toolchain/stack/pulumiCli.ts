import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../processes";
import { explainCliFailure } from "./explainCliFailure";
import { CHECKOUT, environmentOf, type StackTarget } from "./target";

/**
 * Runs a CLI command that answers a question or changes only the backend's records.
 *
 * @returns its stdout
 * @throws the CLI's own message with what to do about it
 */
export async function askPulumi(target: StackTarget, args: string[], input?: string): Promise<string> {
    const result = await tryPulumi(target, args, input);
    if (result.code === 0) return result.stdout;
    throw new Error(explainCliFailure(target.stack, args[0] ?? "", result.stderr || result.stdout));
}

/** Like {@link askPulumi}, for a caller that expects failures. */
export function tryPulumi(target: StackTarget, args: string[], input?: string) {
    const options = { cwd: CHECKOUT, env: environmentOf(target), input };
    return runProcess("pulumi", [...args, "--stack", target.stack, "--non-interactive"], options);
}

/**
 * Runs `up`, `destroy` or `refresh`, which change resources: the user sees the CLI's own progress display.
 *
 * @param onOutput takes the output instead of the terminal
 */
export async function changeStack(
    target: StackTarget,
    operation: "up" | "destroy" | "refresh",
    flags: string[],
    onOutput?: (text: string) => void,
): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-events-"));
    try {
        const eventLog = join(folder, "events.log");
        const config = target.configFile === undefined ? [] : ["--config-file", target.configFile];
        const args = [operation, "--yes", "--skip-preview", "--stack", target.stack, "--event-log", eventLog];
        const { code, stderr } = await runVisibly([...args, ...config, ...flags], target, onOutput);
        if (code === 0) return;
        const output = [stderr, ...readErrors(eventLog)].join("\n");
        throw new Error(explainCliFailure(target.stack, operation, output, { alreadyShown: true }));
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/**
 * The display of the CLI needs the terminal itself; messages of the CLI on stderr are passed on and kept. What the engine
 * and the providers report is in the event log.
 */
function runVisibly(
    args: string[],
    target: StackTarget,
    onOutput: ((text: string) => void) | undefined,
): Promise<{ code: number; stderr: string }> {
    const onTerminal = onOutput === undefined && process.stdout.isTTY && process.stdin.isTTY;
    const color = onTerminal && !process.env.NO_COLOR ? "always" : "never";
    const display = onTerminal ? [] : ["--non-interactive"];
    return new Promise((resolve, reject) => {
        const child = spawn("pulumi", [...args, "--color", color, ...display], {
            cwd: CHECKOUT,
            // the event log is one of the CLI's options for programs that drive it
            env: { ...environmentOf(target), PULUMI_DEBUG_COMMANDS: "true" },
            stdio: [onTerminal ? "inherit" : "ignore", onOutput === undefined ? "inherit" : "pipe", "pipe"],
        });
        let stderr = "";
        child.stdout?.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
        child.stderr?.setEncoding("utf8").on("data", (text: string) => {
            stderr += text;
            if (onOutput === undefined) process.stderr.write(text);
            else onOutput(text);
        });
        child.once("error", reject);
        child.once("close", (code) => resolve({ code: code ?? 1, stderr }));
    });
}

interface EngineEvent {
    diagnosticEvent?: { severity: string; message: string };
}

/** The error messages of an event log: one JSON object per line. */
function readErrors(eventLog: string): string[] {
    let text: string;
    try {
        text = readFileSync(eventLog, "utf8");
    } catch {
        // the CLI ended before it began to work
        return [];
    }
    return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as EngineEvent).diagnosticEvent)
        .filter((event) => event?.severity === "error")
        .map((event) => event?.message ?? "");
}
