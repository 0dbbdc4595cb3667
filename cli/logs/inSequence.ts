import type { LogLine } from "../../docker/containerLog";

/** Merges logs by time. Lines of the same time keep their order. */
export function inSequence(logs: { name: string; lines: LogLine[] }[]): (LogLine & { name: string })[] {
    return logs
        .flatMap(({ name, lines }) => lines.map((line) => ({ name, ...line })))
        .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}
