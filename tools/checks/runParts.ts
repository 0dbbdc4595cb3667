import { type Log, step } from "../log";
import { combine, type Part, type PartResult, type TimedFile } from "./part";

/** A part with its position among the others. */
export interface PlannedPart {
    run: Part;
    /** Names of the parts that end before this one begins. They precede it in the list; those that are left out do not count. */
    after: string[];
}

/** Number of test files of a part whose time is printed. */
const SLOWEST = 10;

/**
 * Runs each part as soon as those that it comes after have ended, all of them even when an early one fails. Prints one line
 * for each with its slowest test files, then the time of each part, then `N passed, N failed`.
 *
 * @param needsTests whether it is a failure when there was no test at all
 * @returns the exit code
 */
export async function runParts(parts: Record<string, PlannedPart>, needsTests: boolean, log: Log): Promise<number> {
    const running = new Map<string, Promise<PartResult>>();
    const seconds = new Map<string, number>();
    const started = performance.now();
    for (const [name, { run, after }] of Object.entries(parts)) {
        const before = Promise.all(after.map((other) => running.get(other) ?? Promise.resolve()));
        const timed = async () => {
            await before;
            const began = performance.now();
            const result = await runPart(name, run, log);
            seconds.set(name, secondsSince(began));
            return result;
        };
        running.set(name, timed());
    }
    const total = combine(await Promise.all(running.values()));
    const times = Object.keys(parts).map((name) => describeTime(name, seconds.get(name)!));
    log(["Time of each part:", ...times, describeTime("in all", secondsSince(started))].join("\n"));
    log(describeCounts(total));
    return total.failed > 0 || (needsTests && total.passed === 0) ? 1 : 0;
}

async function runPart(name: string, run: Part, log: Log): Promise<PartResult> {
    const result = await step(log, name, () => attempt(run));
    const counts = result.passed + result.failed > 0 ? `: ${describeCounts(result)}` : "";
    log(`${name}: ${result.failed > 0 ? "FAILED" : "ok"}${counts}`);
    const slowest = slowestFiles(result.files ?? []).map(({ name, seconds }) => describeTime(name, seconds));
    if (slowest.length > 0) log([`Slowest test files of ${name}:`, ...slowest].join("\n"));
    if (result.failed > 0) log(`\n${result.report.trim()}\n`);
    return result;
}

/** A part that cannot even begin has failed, and the others still run. */
async function attempt(part: Part): Promise<PartResult> {
    try {
        return await part();
    } catch (error) {
        return { passed: 0, failed: 1, report: error instanceof Error ? error.message : String(error) };
    }
}

function secondsSince(start: number): number {
    return (performance.now() - start) / 1000;
}

function slowestFiles(files: TimedFile[]): TimedFile[] {
    return files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
}

function describeTime(name: string, seconds: number): string {
    return `${seconds.toFixed(0).padStart(6)} s  ${name}`;
}

function describeCounts({ passed, failed }: PartResult): string {
    return `${passed} passed, ${failed} failed`;
}
