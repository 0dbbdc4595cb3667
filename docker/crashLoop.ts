import { shorten } from "@connect-cdc/connector/client";
import { connectEngine } from "@connect-cdc/docker-engine";
import { messageOf } from "../servers/wait";
import { type ContainerAddress, readLog } from "./containerLog";
import { QUIET_SSH } from "./engine";

/** Restarts by the engine after which nobody hopes that the next one helps: about 15 s after the first start. */
const HOPELESS_RESTARTS = 5;
/** A worker that is asked again and again logs each question: an error of minutes ago is not among its last lines. */
const TAIL_LINES = 5000;
const LONGEST_ERROR = 800;

/** How often the engine has started the container again, when that is hopeless; undefined: it may still come. */
export async function hopelessRestarts(address: ContainerAddress): Promise<number | undefined> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    const { RestartCount } = await engine.getContainer(address.container).inspect();
    return RestartCount >= HOPELESS_RESTARTS ? RestartCount : undefined;
}

/** True also when its engine cannot say. */
export async function isRunning(address: ContainerAddress): Promise<boolean> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    try {
        return (await engine.getContainer(address.container).inspect()).State.Running;
    } catch (error) {
        return (error as { statusCode?: number }).statusCode !== 404;
    }
}

/**
 * The last error in a container's log, as a sentence for an error; where it cannot be read, why.
 * @param redact takes secrets out of it
 */
export async function lastErrorOf(address: ContainerAddress, redact: (text: string) => string): Promise<string> {
    try {
        const lines = await readLog(address, { tail: TAIL_LINES });
        const found = lastError(lines.map(({ text }) => text));
        return found === undefined
            ? "Its log has no error"
            : `The last error in its log: ${shorten(redact(found), LONGEST_ERROR)}`;
    } catch (error) {
        return `Its log cannot be read (${messageOf(error)})`;
    }
}

/** What a JVM says when it ends itself: it is why the server is gone, whatever went wrong before. */
const JVM_END = /^Terminating due to /;
/** A line of a stack trace that names an exception: `org.example.SomeException: text`, `Caused by: ...`. */
const EXCEPTION = /^(Caused by: )?[\w.$]+(Exception|Error): ./;
/** What a JVM says that cannot start. */
const JVM_FAULT = /^(Unrecognized|Invalid|Improperly|Too small|Could not|Conflicting|Error occurred|Error: )/;
/** Stands after every one of those, and tells nothing. */
const JVM_FAREWELL = /^Error: (Could not create the Java Virtual Machine|A fatal exception has occurred)/;
const LEVEL = / (ERROR|FATAL) /;

/** The line that tells best why a server ended: the end of its JVM, else the last exception, else what the JVM complains of, else the last error. */
export function lastError(lines: string[]): string | undefined {
    const found =
        lines.findLast((line) => JVM_END.test(line)) ??
        lines.findLast((line) => EXCEPTION.test(line)) ??
        lines.findLast((line) => JVM_FAULT.test(line) && !JVM_FAREWELL.test(line)) ??
        lines.findLast((line) => LEVEL.test(line));
    return found?.trim();
}
