import { type ContainerAddress, readLog } from "./containerLog";
import { QUIET_SSH } from "./engine";
import { connectEngine } from "./engineClient";
import { messageOf } from "./wait";

/** Restarts by the engine after which nobody hopes that the next one helps: about 15 s after the first start. */
const HOPELESS_RESTARTS = 5;
const TAIL_LINES = 200;

/** How often the engine has started the container again, when that is hopeless; undefined: it may still come. */
export async function hopelessRestarts(address: ContainerAddress): Promise<number | undefined> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    const { RestartCount } = await engine.getContainer(address.container).inspect();
    return RestartCount >= HOPELESS_RESTARTS ? RestartCount : undefined;
}

/** The last error in a container's log, as a sentence for an error; where it cannot be read, why. */
export async function lastErrorOf(address: ContainerAddress): Promise<string> {
    try {
        const lines = await readLog(address, { tail: TAIL_LINES });
        const found = lastError(lines.map(({ text }) => text));
        return found === undefined ? "Its log has no error" : `The last error in its log: ${found}`;
    } catch (error) {
        return `Its log cannot be read (${messageOf(error)})`;
    }
}

/** A line of a stack trace that names an exception: `org.example.SomeException: text`, `Caused by: ...`. */
const EXCEPTION = /^(Caused by: )?[\w.$]+(Exception|Error): ./;
/** What a JVM says that cannot start. */
const JVM_FAULT = /^(Unrecognized|Invalid|Improperly|Too small|Could not|Conflicting|Error occurred|Error: )/;
/** Stands after every one of those, and tells nothing. */
const JVM_FAREWELL = /^Error: (Could not create the Java Virtual Machine|A fatal exception has occurred)/;
const LEVEL = / (ERROR|FATAL) /;

/** The line that tells best why a server ended: the last exception, else what the JVM complains of, else the last error. */
export function lastError(lines: string[]): string | undefined {
    const found =
        lines.findLast((line) => EXCEPTION.test(line)) ??
        lines.findLast((line) => JVM_FAULT.test(line) && !JVM_FAREWELL.test(line)) ??
        lines.findLast((line) => LEVEL.test(line));
    return found?.trim();
}
