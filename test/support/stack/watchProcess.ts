import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { done, pending, waitFor } from "../../../servers/wait";
import { CHECKOUT } from "../../../tools/project";
import type { TestStack } from "./stack";

/** A line of `npm run watch -- --json`. */
export interface PrintedEvent {
    time: string;
    level: string;
    subject: string;
    text: string;
    remedy?: string;
}

/** `npm run watch` of a stack, as a process of its own. */
export class WatchProcess {
    readonly events: PrintedEvent[] = [];
    private readonly process: ChildProcess;
    private errors = "";

    constructor(stack: TestStack, ...args: string[]) {
        const script = join(CHECKOUT, "cli", "run.js");
        this.process = spawn(process.execPath, [script, "watch", "--json", "--stack", stack.handle.name, ...args], {
            cwd: CHECKOUT,
            env: stack.target.environment,
            stdio: ["ignore", "pipe", "pipe"],
        });
        createInterface(this.process.stdout!).on("line", (line) => this.events.push(JSON.parse(line) as PrintedEvent));
        this.process.stderr!.on("data", (text) => (this.errors += text));
    }

    /** Waits for an event whose level, subject and text, as `level subject: text`, match. */
    async event(pattern: RegExp, timeoutSeconds = 60): Promise<PrintedEvent> {
        const check = async () => {
            const event = this.events.find((one) => pattern.test(lineOf(one)));
            return event ? done(event) : pending([...this.events.map(lineOf), this.errors].join("\n"));
        };
        return waitFor(check, { what: `event ${pattern}`, timeoutSeconds, intervalSeconds: 0.1 });
    }

    /** Events as `level subject: text`. */
    get lines(): string[] {
        return this.events.map(lineOf);
    }

    /** Ends it as a service manager does. */
    async stop(): Promise<{ code: number | null; errors: string }> {
        if (this.process.exitCode === null) {
            this.process.kill("SIGTERM");
            await once(this.process, "exit");
        }
        return { code: this.process.exitCode, errors: this.errors };
    }
}

function lineOf({ level, subject, text }: PrintedEvent): string {
    return `${level} ${subject}: ${text}`;
}
