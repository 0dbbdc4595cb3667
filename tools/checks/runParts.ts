import { type Log, step } from "../log";
import { combine, type Part, type PartResult } from "./part";

/**
 * Runs parts one after the other, all of them even when an early one fails, and prints one line for each, then
 * `N passed, N failed`.
 *
 * @param needsTests whether it is a failure when there was no test at all
 * @returns the exit code
 */
export async function runParts(parts: Record<string, Part>, needsTests: boolean, log: Log): Promise<number> {
    const results: PartResult[] = [];
    for (const [name, part] of Object.entries(parts)) {
        const result = await step(log, name, () => attempt(part));
        const counts = result.passed + result.failed > 0 ? `: ${describeCounts(result)}` : "";
        log(`${name}: ${result.failed > 0 ? "FAILED" : "ok"}${counts}`);
        if (result.failed > 0) log(`\n${result.report.trim()}\n`);
        results.push(result);
    }
    const total = combine(results);
    log(describeCounts(total));
    return total.failed > 0 || (needsTests && total.passed === 0) ? 1 : 0;
}

/** A part that cannot even begin has failed, and the others still run. */
async function attempt(part: Part): Promise<PartResult> {
    try {
        return await part();
    } catch (error) {
        return { passed: 0, failed: 1, report: error instanceof Error ? error.message : String(error) };
    }
}

function describeCounts({ passed, failed }: PartResult): string {
    return `${passed} passed, ${failed} failed`;
}
