/**
 * Runs the Pulumi CLI. The Automation API of @pulumi/pulumi 3.245.0 is not used, for these reasons:
 * - It connects the CLI with pipes, so the CLI has no progress display on the terminal.
 * - `exportStack` prints secrets in plain text, and `importStack` writes them to a file in the temporary folder. Recovery
 *   reads and imports a state with encrypted secrets.
 * - It loads in 0.4 s of processor time, which `npm run status`, `logs` and `tail` would need at each start.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../tools/folders";
import { runProcess } from "../../tools/processes";
import { isAlive } from "../../tools/processLock";
import { CHECKOUT } from "../../tools/project";
import { EventLog } from "./eventLog";
import { explainCliFailure } from "./explainCliFailure";
import { environmentOf, type StackTarget } from "./target";

const REPORT_SECONDS = 20;

/**
 * Runs a CLI command that changes no resource.
 *
 * @returns its stdout
 * @throws the CLI's own message with the remedy
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
    const folder = eventsFolder();
    try {
        const file = join(folder, "events.log");
        const config = target.configFile === undefined ? [] : ["--config-file", target.configFile];
        const args = [operation, "--yes", "--skip-preview", "--stack", target.stack, "--event-log", file];
        const events = new EventLog(file);
        const { code, stderr } = await runVisibly([...args, ...config, ...flags], target, events, onOutput);
        if (code === 0) return;
        events.read();
        const output = [stderr, ...events.errors].join("\n");
        throw new Error(explainCliFailure(target.stack, operation, output, { alreadyShown: true }));
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** A folder for one event log, which has the stack's outputs in plain text. Removes the folders of killed runs. */
function eventsFolder(): string {
    const all = stateFolder("events");
    for (const name of readdirSync(all).filter((name) => !isAlive(Number.parseInt(name, 10)))) {
        rmSync(join(all, name), { recursive: true, force: true });
    }

    return mkdtempSync(join(all, `${process.pid}-`));
}

/**
 * The CLI's own display needs the terminal. Without a terminal the CLI prints a line for each event, and this function adds
 * lines with the operations in progress.
 */
function runVisibly(
    args: string[],
    target: StackTarget,
    events: EventLog,
    onOutput: ((text: string) => void) | undefined,
): Promise<{ code: number; stderr: string }> {
    const onTerminal = onOutput === undefined && process.stdout.isTTY && process.stdin.isTTY;
    const color = onTerminal && !process.env.NO_COLOR ? "always" : "never";
    const display = onTerminal ? [] : ["--non-interactive", "--suppress-progress"];
    const show = onOutput ?? ((text: string) => process.stdout.write(text));
    const reporter = onTerminal ? undefined : setInterval(() => printOpen(events, show), REPORT_SECONDS * 1000);
    return new Promise<{ code: number; stderr: string }>((resolve, reject) => {
        const child = spawn("pulumi", [...args, "--color", color, ...display], {
            cwd: CHECKOUT,
            // makes the option --event-log available
            env: { ...environmentOf(target), PULUMI_DEBUG_COMMANDS: "true" },
            stdio: onTerminal ? ["inherit", "inherit", "pipe"] : ["ignore", "pipe", "pipe"],
        });
        let stderr = "";
        child.stdout?.setEncoding("utf8").on("data", show);
        child.stderr?.setEncoding("utf8").on("data", (text: string) => {
            stderr += text;
            if (onOutput === undefined) process.stderr.write(text);
            else onOutput(text);
        });
        // the terminal sends Ctrl-C to the CLI, too; this process waits until the CLI has ended
        const ignoreSignal = () => undefined;
        const interruptCli = () => child.kill("SIGINT");
        process.on("SIGINT", ignoreSignal).on("SIGTERM", interruptCli);
        child.once("error", reject);
        child.once("close", (code, signal) => {
            process.off("SIGINT", ignoreSignal).off("SIGTERM", interruptCli);
            resolve({ code: code ?? 1, stderr: signal === null ? stderr : `${stderr}\nended by ${signal}` });
        });
    }).finally(() => clearInterval(reporter));
}

function printOpen(events: EventLog, show: (text: string) => void): void {
    events.read();
    const open = events.openText();
    if (open !== "") show(`    waiting for: ${open}\n`);
}
