import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Part, TimedFile } from "../../tools/checks/part";
import { countTests } from "../../tools/checks/plugins";
import { runParts } from "../../tools/checks/runParts";
import { summarizeReport, type VitestReport } from "../../tools/checks/vitest";
import { CHECKOUT } from "../../tools/project";

test("Surefire reports are added up", () => {
    const reports = [
        '<?xml version="1.0"?>\n<testsuite xmlns:x="y" name="A" time="1.2" tests="10" errors="1" skipped="2" failures="3">',
        '<testsuite name="B" tests="5" errors="0" skipped="0" failures="0"><testcase name="tests=7"/></testsuite>',
    ];
    expect(countTests(reports)).toEqual({ passed: 9, failed: 4 });
    expect(countTests([])).toEqual({ passed: 0, failed: 0 });
});

describe("Vitest report", () => {
    const path = join(CHECKOUT, "a.test.ts");
    const file = (more: object) => ({
        name: path,
        status: "failed",
        message: "",
        startTime: 1000,
        endTime: 3500,
        assertionResults: [],
        ...more,
    });
    const files = [{ name: "a.test.ts", seconds: 2.5 }];
    const report = (...testResults: VitestReport["testResults"]): VitestReport => ({
        numPassedTests: 7,
        numFailedTests: 0,
        testResults,
    });

    test("a good run has counts and times, and nothing to show", () => {
        const result = summarizeReport(0, report(file({ status: "passed" })), "noise");
        expect(result).toEqual({ passed: 7, failed: 0, report: "", files });
    });

    test("failing tests are shown with their message", () => {
        const failing = file({
            assertionResults: [
                { status: "failed", fullName: "adds", failureMessages: ["expected 3"] },
                { status: "passed", fullName: "subtracts", failureMessages: [] },
            ],
        });
        const result = summarizeReport(1, report(failing), "noise");
        expect(result).toEqual({ passed: 7, failed: 1, report: `${path}\nadds\nexpected 3`, files });
    });

    test("a file that cannot be loaded is a failure", () => {
        const result = summarizeReport(1, report(file({ message: "Cannot find module" })), "noise");
        expect(result).toEqual({ passed: 7, failed: 1, report: `${path}\nCannot find module`, files });
    });

    test("a file whose hooks fail has no message, and is reported with the output", () => {
        const result = summarizeReport(1, report(file({})), "the stack did not start");
        expect(result).toEqual({ passed: 7, failed: 1, report: `${path}\nthe stack did not start`, files });
    });

    test("an error outside of all tests is a failure, reported with the output", () => {
        expect(summarizeReport(1, report(), "unhandled rejection")).toMatchObject({
            failed: 1,
            report: "unhandled rejection",
        });
        expect(summarizeReport(1, undefined, "crash")).toMatchObject({ passed: 0, failed: 1, report: "crash" });
    });
});

describe("runParts", () => {
    async function run(parts: Record<string, Part>, needsTests = true, after: Record<string, string[]> = {}) {
        const lines: string[] = [];
        const planned = Object.entries(parts).map(([name, run]) => [name, { run, after: after[name] ?? [] }] as const);
        const code = await runParts(Object.fromEntries(planned), needsTests, (line) => lines.push(line));
        return { code, lines };
    }
    const part =
        (passed: number, failed: number, report = "", files: TimedFile[] = []) =>
        () =>
            Promise.resolve({ passed, failed, report, files });

    test("adds up, and ends with the counts", async () => {
        const { code, lines } = await run({ lint: part(0, 0), unit: part(3, 0), plugins: part(4, 0) });
        expect(code).toBe(0);
        expect(lines).toContain("lint: ok");
        expect(lines).toContain("unit: ok: 3 passed, 0 failed");
        expect(lines.at(-1)).toBe("7 passed, 0 failed");
    });

    test("continues after a failure and shows its report", async () => {
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

    test("a part begins when those before it have ended, also with a failure, and beside the others", async () => {
        const events: string[] = [];
        const recorded = (name: string, failed: number) => async () => {
            events.push(`${name} begins`);
            await new Promise((resolve) => setTimeout(resolve, 20));
            events.push(`${name} ends`);
            return { passed: 1, failed, report: "" };
        };
        const parts = { lint: recorded("lint", 1), unit: recorded("unit", 0), stack: recorded("stack", 0) };
        await run(parts, true, { stack: ["lint", "unit", "left out"] });
        expect(events.slice(0, 2)).toEqual(["lint begins", "unit begins"]);
        expect(events.slice(2, 4).sort()).toEqual(["lint ends", "unit ends"]);
        expect(events.slice(4)).toEqual(["stack begins", "stack ends"]);
    });

    test("prints the ten slowest files of each part, and the time of each part before the counts", async () => {
        const filesOf = (level: string, count: number, factor: number) =>
            Array.from({ length: count }, (_, i) => ({ name: `${level}/${i}.test.ts`, seconds: i * factor }));
        const unit = part(3, 0, "", filesOf("unit", 12, 1));
        const { lines } = await run({ lint: part(0, 0), unit, stack: part(4, 0, "", filesOf("stack", 2, 100)) });
        const ten = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((i) => `${String(i).padStart(6)} s  unit/${i}.test.ts`);
        expect(lines).toContain(["Slowest test files of unit:", ...ten].join("\n"));
        expect(lines).toContain("Slowest test files of stack:\n   100 s  stack/1.test.ts\n     0 s  stack/0.test.ts");
        expect(lines.slice(-2)).toEqual([
            "Time of each part:\n     0 s  lint\n     0 s  unit\n     0 s  stack\n     0 s  in all",
            "7 passed, 0 failed",
        ]);
    });
});
