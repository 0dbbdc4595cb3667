import Docker from "dockerode";

const LINES_SHOWN = 20;
/** Size of the header that the engine writes before each piece of output of a container without a terminal. */
const HEADER_BYTES = 8;
const LENGTH_OFFSET = 4;

/** The last lines of a container's log, for an error message. */
export async function lastLogLines(container: Docker.Container): Promise<string> {
    try {
        const text = await readLogs(container, { tail: LINES_SHOWN });
        return text.trim() === "" ? "Its log is empty." : `The last lines of its log:\n${text.trimEnd()}`;
    } catch {
        // A log driver that cannot be read must not hide the error itself
        return "Its log cannot be read.";
    }
}

/** A container's standard output and standard error. */
export async function readLogs(container: Docker.Container, options: { tail?: number } = {}): Promise<string> {
    const { Config } = await container.inspect();
    const raw = await container.logs({ stdout: true, stderr: true, follow: false, ...options });
    return Config.Tty ? raw.toString() : demultiplex(raw);
}

function demultiplex(raw: Buffer): string {
    const parts: Buffer[] = [];
    for (let at = 0; at + HEADER_BYTES <= raw.length;) {
        const start = at + HEADER_BYTES;
        const end = start + raw.readUInt32BE(at + LENGTH_OFFSET);
        parts.push(raw.subarray(start, end));
        at = end;
    }
    return Buffer.concat(parts).toString();
}
