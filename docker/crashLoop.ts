import { messageOf, shorten } from "@connect-cdc/connector/client";
import { connectEngine } from "@connect-cdc/docker-engine";
import { type ContainerAddress, readLog } from "./containerLog";
import { QUIET_SSH } from "./engine";

/** After this many restarts by the engine a server will not recover: about 15 s after the first start. */
const HOPELESS_RESTARTS = 5;
/** A worker logs each request: an error some minutes old is not among its last lines. */
const TAIL_LINES = 5000;
const LONGEST_ERROR = 800;
/** Sentence about a log without an error. */
export const NO_ERROR = "Its log has no error";

/** Number of restarts by the engine, when there are too many of them; undefined: the server may still start. */
export async function hopelessRestarts(address: ContainerAddress): Promise<number | undefined> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    const { RestartCount } = await engine.getContainer(address.container).inspect();
    return RestartCount >= HOPELESS_RESTARTS ? RestartCount : undefined;
}

/** True also when its engine does not answer. */
export async function isRunning(address: ContainerAddress): Promise<boolean> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    try {
        return (await engine.getContainer(address.container).inspect()).State.Running;
    } catch (error) {
        return (error as { statusCode?: number }).statusCode !== 404;
    }
}

/**
 * The last error in a container's log, as a sentence for an error message; or why the log cannot be read.
 * @param redact removes secrets from it
 */
export async function lastErrorOf(address: ContainerAddress, redact: (text: string) => string): Promise<string> {
    try {
        const lines = await readLog(address, { tail: TAIL_LINES });
        const error = lastError(lines.map(({ text }) => text));
        return error === undefined ? NO_ERROR : `The last error in its log: ${shorten(redact(error), LONGEST_ERROR)}`;
    } catch (error) {
        return `Its log cannot be read (${messageOf(error)})`;
    }
}

/** A JVM's last line when it terminates itself: this is the cause, whatever failed before. */
const JVM_END = /^Terminating due to /;
/** A line of a stack trace that names an exception: `org.example.SomeException: text`, `Caused by: ...`. */
const EXCEPTION = /^(Caused by: )?[\w.$]+(Exception|Error): ./;
/** The message of a JVM that cannot start. */
const JVM_PROBLEM = /^(Unrecognized|Invalid|Improperly|Too small|Could not|Conflicting|Error occurred|Error: )/;
/** Follows each of those messages, and has no information. */
const JVM_LAST_LINE = /^Error: (Could not create the Java Virtual Machine|A fatal exception has occurred)/;
const LEVEL = / (ERROR|FATAL) /;

/**
 * The line that explains best why a server ended: the JVM's termination, else the last exception, else the problem of a JVM
 * that cannot start, else the last error.
 */
export function lastError(lines: string[]): string | undefined {
    const found =
        lines.findLast((line) => JVM_END.test(line)) ??
        lines.findLast((line) => EXCEPTION.test(line)) ??
        lines.findLast((line) => JVM_PROBLEM.test(line) && !JVM_LAST_LINE.test(line)) ??
        lines.findLast((line) => LEVEL.test(line));
    return found?.trim();
}
