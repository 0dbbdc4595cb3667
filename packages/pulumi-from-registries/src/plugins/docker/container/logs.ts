import Docker from "dockerode";

const LINES_SHOWN = 20;
/** The engine puts a header of this size before each piece of output of a container without a terminal. */
const HEADER_BYTES = 8;
const LENGTH_OFFSET = 4;

/** What the container wrote last, for an error. */
export async function lastLogLines(container: Docker.Container): Promise<string> {
    try {
        const text = await readLogs(container, { tail: LINES_SHOWN });
        return text.trim() === "" ? "It wrote no log." : `The last lines of its log:\n${text.trimEnd()}`;
    } catch {
        // a log driver that cannot be read must not hide the error itself
        return "Its log cannot be read.";
    }
}

/** What the container wrote to its standard output and error. */
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
