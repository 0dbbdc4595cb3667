import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { lastLines } from "../processes";
import { CHECKOUT } from "../project";
import { type PartResult, runPackage } from "./part";

const SCRIPT = "vitest/vitest.mjs";
const REPORT_LINES = 80;

/** The part of Vitest's JSON report that is used here. */
export interface VitestReport {
    numPassedTests: number;
    numFailedTests: number;
    testResults: {
        /** Absolute path. */
        name: string;
        status: string;
        /** Milliseconds since 1970, as is the end. */
        startTime: number;
        endTime: number;
        /** Why the file as a whole failed. */
        message: string;
        assertionResults: { status: string; fullName: string; failureMessages: string[] | null }[];
    }[];
}

/**
 * Tests in TypeScript.
 *
 * @param level name of a project of vitest.config.mts
 */
export async function vitest(level: string): Promise<PartResult> {
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-vitest-"));
    try {
        const file = join(folder, "report.json");
        const args = [
            "run",
            `--project=${level}`,
            "--reporter=default",
            "--reporter=json",
            `--outputFile.json=${file}`,
        ];
        const { code, stdout, stderr } = await runPackage(SCRIPT, args);
        const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as VitestReport) : undefined;
        return summarizeReport(code, report, stdout + stderr);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/**
 * Counts and failures of a run. A run also fails by files that cannot be loaded and by errors outside of any test, which
 * Vitest does not count as failed tests.
 */
export function summarizeReport(code: number, report: VitestReport | undefined, output: string): PartResult {
    const passed = report?.numPassedTests ?? 0;
    const files = (report?.testResults ?? []).map(({ name, startTime, endTime }) => ({
        name: relative(CHECKOUT, name),
        seconds: (endTime - startTime) / 1000,
    }));
    if (code === 0) return { passed, failed: 0, report: "", files };
    const end = lastLines(output, REPORT_LINES);
    const failures = (report?.testResults ?? []).flatMap((file) => describeFailures(file, end));
    return {
        passed,
        failed: Math.max(failures.length, 1),
        report: failures.length > 0 ? failures.join("\n\n") : end,
        files,
    };
}

/** @param end the end of the run's output: of a file whose `beforeAll` failed the report has no message. */
function describeFailures(file: VitestReport["testResults"][number], end: string): string[] {
    const { name, status, message, assertionResults } = file;
    const failed = assertionResults.filter((result) => result.status === "failed");
    if (failed.length === 0) return status === "failed" ? [`${name}\n${message || end}`] : [];
    return failed.map(({ fullName, failureMessages }) => `${name}\n${fullName}\n${(failureMessages ?? []).join("\n")}`);
}
