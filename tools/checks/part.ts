import { join } from "node:path";
import { type RunOptions, runProcess } from "../processes";
import { CHECKOUT } from "../project";

/** A file of tests, and how long it took. */
export interface TimedFile {
    /** Path from the checkout's folder. */
    name: string;
    seconds: number;
}

/** What came out of one part of the checks. */
export interface PartResult {
    /** Tests that passed; none for parts that are not tests. */
    passed: number;
    /** Tests that failed; 1 when a part fails that is not tests, or fails before its first test. */
    failed: number;
    /** What the user has to see when something failed. */
    report: string;
    /** The files of tests that ran, in no order. Default: none. */
    files?: TimedFile[];
}

/** A part of the checks that can be run on its own. */
export type Part = () => Promise<PartResult>;

/** Runs a part that passes or fails as a whole. */
export async function runWhole(file: string, args: string[]): Promise<PartResult> {
    const { code, stdout, stderr } = await runProcess(file, args, { cwd: CHECKOUT });
    return { passed: 0, failed: code === 0 ? 0 : 1, report: code === 0 ? "" : stdout + stderr };
}

/** Runs the program of an npm package with this Node.js. */
export function runPackage(script: string, args: string[], options: RunOptions = {}) {
    return runProcess(process.execPath, [packageScript(script), ...args], { cwd: CHECKOUT, ...options });
}

/** The absolute path of a script in node_modules. */
export function packageScript(script: string): string {
    return join(CHECKOUT, "node_modules", script);
}

/** One result for several parts. */
export function combine(results: PartResult[]): PartResult {
    return {
        passed: results.reduce((sum, { passed }) => sum + passed, 0),
        failed: results.reduce((sum, { failed }) => sum + failed, 0),
        report: results
            .map(({ report }) => report.trim())
            .filter((report) => report !== "")
            .join("\n\n"),
    };
}
