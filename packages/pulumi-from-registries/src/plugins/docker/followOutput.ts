import { createInterface } from "node:readline";

/** Lines of a failed build's output in its error. */
const LINES_SHOWN = 30;

interface Message {
    stream?: string;
    status?: string;
    error?: string;
}

/** A line that the builder prints at each step, between the output of the commands. */
const STEP = /^Step \d+\/\d+ : /;

/**
 * Reads the output of a build or a pull to its end.
 * @throws Error with the engine's error and the last lines before it.
 */
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
