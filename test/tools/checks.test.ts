import { describe, expect, test } from "vitest";
import type { Part } from "../../tools/checks/part";
import { countTests } from "../../tools/checks/plugins";
import { runParts } from "../../tools/checks/runParts";
import { summarizeReport, type VitestReport } from "../../tools/checks/vitest";

test("Surefire reports are added up", () => {
    const reports = [
        '<?xml version="1.0"?>\n<testsuite xmlns:x="y" name="A" time="1.2" tests="10" errors="1" skipped="2" failures="3">',
        '<testsuite name="B" tests="5" errors="0" skipped="0" failures="0"><testcase name="tests=7"/></testsuite>',
    ];
    expect(countTests(reports)).toEqual({ passed: 9, failed: 4 });
    expect(countTests([])).toEqual({ passed: 0, failed: 0 });
});

describe("Vitest report", () => {
    const file = (more: object) => ({
        name: "a.test.ts",
        status: "failed",
        message: "",
        assertionResults: [],
        ...more,
    });
    const report = (...testResults: VitestReport["testResults"]): VitestReport => ({
        numPassedTests: 7,
        numFailedTests: 0,
        testResults,
    });

    test("a good run has counts and nothing to show", () => {
        expect(summarizeReport(0, report(), "noise")).toEqual({ passed: 7, failed: 0, report: "" });
    });

    test("failing tests are shown with their message", () => {
        const failing = file({
            assertionResults: [
                { status: "failed", fullName: "adds", failureMessages: ["expected 3"] },
                { status: "passed", fullName: "subtracts", failureMessages: [] },
            ],
        });
        const result = summarizeReport(1, report(failing), "noise");
        expect(result).toEqual({ passed: 7, failed: 1, report: "a.test.ts\nadds\nexpected 3" });
    });

    test("a file that cannot be loaded is a failure", () => {
        const result = summarizeReport(1, report(file({ message: "Cannot find module" })), "noise");
        expect(result).toEqual({ passed: 7, failed: 1, report: "a.test.ts\nCannot find module" });
    });

    test("an error outside of all tests is a failure, told by the output", () => {
        expect(summarizeReport(1, report(), "unhandled rejection")).toMatchObject({
            failed: 1,
            report: "unhandled rejection",
        });
        expect(summarizeReport(1, undefined, "crash")).toMatchObject({ passed: 0, failed: 1, report: "crash" });
    });
});

describe("runParts", () => {
    async function run(parts: Record<string, Part>, needsTests = true) {
        const lines: string[] = [];
        const code = await runParts(parts, needsTests, (line) => lines.push(line));
        return { code, lines };
    }
    const part =
        (passed: number, failed: number, report = "") =>
        () =>
            Promise.resolve({ passed, failed, report });

    test("adds up, and ends with the counts", async () => {
        const { code, lines } = await run({ lint: part(0, 0), unit: part(3, 0), plugins: part(4, 0) });
        expect(code).toBe(0);
        expect(lines).toContain("lint: ok");
        expect(lines).toContain("unit: ok: 3 passed, 0 failed");
        expect(lines.at(-1)).toBe("7 passed, 0 failed");
    });

    test("goes on after a failure and shows its report", async () => {
        const broken = () => Promise.reject(new Error("no Maven here"));
        const { code, lines } = await run({ plugins: broken, lint: part(0, 1, "bad style"), unit: part(3, 0) });
        expect(code).toBe(1);
        expect(lines.join("\n")).toContain("no Maven here");
        expect(lines.join("\n")).toContain("bad style");
        expect(lines.at(-1)).toBe("3 passed, 2 failed");
    });

    test("no test at all is a failure, unless none was asked for", async () => {
        expect((await run({ lint: part(0, 0) })).code).toBe(1);
        expect((await run({ lint: part(0, 0) }, false)).code).toBe(0);
    });
});
