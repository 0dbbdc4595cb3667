import { createInterface } from "node:readline";

/** How much of a failed build's output goes into the error. */
const LINES_SHOWN = 30;

interface Message {
    stream?: string;
    status?: string;
    error?: string;
}

/** A build's own steps, among what their commands print. */
const STEP = /^Step \d+\/\d+ : /;

/** Reads a build's or a pull's output to its end; fails with the engine's error and the last lines before it. */
export async function followOutput(output: NodeJS.ReadableStream, progress: (line: string) => void): Promise<void> {
    const lines: string[] = [];
    for await (const line of createInterface({ input: output })) {
        if (line.trim() === "") continue;
        const { stream, status, error } = JSON.parse(line) as Message;
        if (error !== undefined) throw new Error([error, ...lines.slice(-LINES_SHOWN)].join("\n"));
        const text = (stream ?? status ?? "").trimEnd();
        if (text === "") continue;
        lines.push(...text.split("\n"));
        if (STEP.test(text)) progress(text);
    }
}
