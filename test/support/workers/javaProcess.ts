import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";

/** A JVM that a test started; its output is in a file. */
export class JavaProcess {
    private readonly child: ChildProcess;
    private readonly killAtExit = () => this.child.kill("SIGKILL");

    /**
     * @param log file that takes the output.
     * @param args arguments of `java`.
     */
    constructor(
        private readonly log: string,
        args: string[],
    ) {
        const file = openSync(log, "a");
        this.child = spawn("java", [...SMALL_AND_QUICK, ...args], { stdio: ["ignore", file, file] });
        closeSync(file);
        process.once("exit", this.killAtExit);
    }

    get running(): boolean {
        return this.child.exitCode === null && this.child.signalCode === null;
    }

    /** All output so far. */
    get output(): string {
        return readFileSync(this.log, "utf8");
    }

    /** Sends a signal that leaves the process there. */
    signal(signal: NodeJS.Signals): void {
        this.child.kill(signal);
    }

    /** Ends the process and waits until it is gone. */
    async end(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
        process.off("exit", this.killAtExit);
        if (this.running) {
            this.child.kill(signal);
            await once(this.child, "exit");
        }
    }
}

const SMALL_AND_QUICK = [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-Djava.net.preferIPv4Stack=true",
];
