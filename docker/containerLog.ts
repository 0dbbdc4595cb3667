import { createInterface } from "node:readline";
import { PassThrough, Readable } from "node:stream";
import { connectEngine, type EngineAddress } from "@connect-cdc/docker-engine";
import { QUIET_SSH } from "./engine";

/** The size of one read of a socket. */
const SLICE_BYTES = 16_384;

export interface LogLine {
    /** When the engine received it: `2026-01-31T12:00:00.123456789Z`. Sorts as text. */
    time: string;
    text: string;
}

export interface LogOptions {
    /** Number of lines, counted from the end. Default: all. */
    tail?: number;
    /** Only lines since this time: seconds since 1970, with up to nine decimals. Default: all. */
    since?: string;
}

/** A container and its engine. */
export interface ContainerAddress extends EngineAddress {
    /** Id or name. */
    container: string;
}

/** Reads what a container has logged so far. */
export async function readLog(address: ContainerAddress, options: LogOptions): Promise<LogLine[]> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    const buffer = await engine.getContainer(address.container).logs({ ...request(options), follow: false });
    const lines: LogLine[] = [];
    await eachLine(engine.modem, Readable.from(slices(buffer)), (line) => lines.push(line));
    return lines;
}

/** Demultiplexing is recursive over the frames of a chunk: a long log in one chunk would overflow the stack. */
function* slices(buffer: Buffer): Generator<Buffer> {
    for (let start = 0; start < buffer.length; start += SLICE_BYTES) yield buffer.subarray(start, start + SLICE_BYTES);
}

/** Passes on each line that a container logs, until the container ends or `signal` is aborted. */
export async function followLog(
    address: ContainerAddress,
    options: LogOptions,
    onLine: (line: LogLine) => void,
    signal: AbortSignal,
): Promise<void> {
    const engine = connectEngine(address, { sshOptions: QUIET_SSH });
    const stream = (await engine
        .getContainer(address.container)
        .logs({ ...request(options), follow: true })) as Readable;
    const end = () => stream.destroy();
    signal.addEventListener("abort", end);
    try {
        await eachLine(engine.modem, stream, onLine);
    } finally {
        signal.removeEventListener("abort", end);
    }
}

function request({ tail, since }: LogOptions) {
    // The engine accepts fractions of a second, dockerode's types do not
    return { stdout: true, stderr: true, timestamps: true, tail, since: since as unknown as number };
}

interface Demultiplexer {
    demuxStream(stream: NodeJS.ReadableStream, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): void;
}

/** Containers without a terminal send stdout and stderr as frames of one stream. */
async function eachLine(modem: Demultiplexer, stream: Readable, onLine: (line: LogLine) => void): Promise<void> {
    const text = new PassThrough();
    modem.demuxStream(stream, text, text);
    stream.once("close", () => text.end());
    for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
        const space = line.indexOf(" ");
        onLine({ time: line.slice(0, space), text: line.slice(space + 1) });
    }
}
