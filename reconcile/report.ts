import type { ReportedDifference, TableReport } from "./reconcile";
import type { DifferenceKind } from "./tableComparison";

const KINDS: DifferenceKind[] = ["missing", "superfluous", "different"];
const count = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A report as lines of text: the result, the first differences by key, and what was not compared. */
export function reportLines(report: TableReport): string[] {
    const { differences, uncompared, counts } = report;
    const notes = [
        ...differences.map(differenceLine),
        ...(counts.newer > 0
            ? [`${count.format(counts.newer)} keys changed meanwhile: the topic has their events`]
            : []),
        ...uncompared.map(({ column, reason }) => `column ${column} was not compared: ${reason}`),
    ];
    return [`${report.table}: ${summary(report)}`, ...notes.map((note) => `    ${note}`)];
}

/** The result of a table in one line. */
export function summary({ topic, counts, completeUpTo, problem, isUnsupported, seconds }: TableReport): string {
    if (problem !== undefined) return isUnsupported ? `cannot be compared: ${problem}` : `not proven: ${problem}`;
    const expired =
        counts.expired > 0
            ? `; ${count.format(counts.expired)} rows are not in the topic any more, whose oldest records are gone`
            : "";
    if (completeUpTo !== undefined) {
        const rate = count.format(counts.rows / Math.max(0.001, seconds));
        return `${count.format(counts.rows)} rows, ${topic} is complete up to ${completeUpTo}${expired} (${seconds.toFixed(1)} s, ${rate} rows/s)`;
    }
    const wrong = KINDS.filter((kind) => counts[kind] > 0).map((kind) => `${count.format(counts[kind])} ${kind}`);
    return `WRONG in ${topic}: ${wrong.join(", ")} of ${count.format(counts.rows)} rows${expired}`;
}

function differenceLine({ kind, key, columns }: ReportedDifference): string {
    return `${kind}: ${key}${columns.length > 0 ? ` (${columns.join(", ")})` : ""}`;
}
