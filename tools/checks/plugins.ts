import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../processes";
import { CHECKOUT } from "../project";
import type { SoakOptions } from "../soakOptions";
import type { PartResult } from "./part";

/** Builds our Kafka Connect plugins and runs their JUnit tests. */
export async function plugins(): Promise<PartResult> {
    const started = Date.now();
    const args = ["-f", "plugins", "-B", "-q", "verify"];
    const { code, stdout, stderr } = await runProcess("mvn", args, { cwd: CHECKOUT });
    const { passed, failed } = countTests(readReports(started));
    if (code === 0) return { passed, failed, report: "" };
    return { passed, failed: Math.max(failed, 1), report: stdout + stderr };
}

/** Arguments of Maven for the JMS sink's long test. */
export function soakArgs({ seed, minutes }: Pick<SoakOptions, "seed" | "minutes">): string[] {
    const only = ["-Dtest=SoakTest", "-Dsurefire.failIfNoSpecifiedTests=false"];
    const options = ["-Dsoak=true", `-Dsoak.seed=${seed}`, `-Dsoak.minutes=${minutes}`];
    return ["-f", "plugins", "-B", "-pl", "jms-sink", "-am", "test", ...only, ...options];
}

/** Runs the JMS sink's long test with Maven's own output on the terminal, and resolves to its exit code. */
export async function showPluginSoak(options: SoakOptions): Promise<number> {
    const { code } = await runProcess("mvn", soakArgs(options), {
        cwd: CHECKOUT,
        onOutput: (text) => void process.stdout.write(text),
    });
    return code;
}

/** The reports of this run: those of tests that are no longer there may lie beside them. */
function readReports(started: number): string[] {
    const root = join(CHECKOUT, "plugins");
    const folders = readdirSync(root).map((name) => join(root, name, "target", "surefire-reports"));
    return folders
        .filter((folder) => existsSync(folder))
        .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
        .filter((file) => /TEST-.*\.xml$/.test(file) && statSync(file).mtimeMs >= started)
        .map((file) => readFileSync(file, "utf8"));
}

/** Adds up the numbers in the first element of each Surefire report. */
export function countTests(reports: string[]): { passed: number; failed: number } {
    const counts = { passed: 0, failed: 0 };
    for (const report of reports) {
        const suite = /<testsuite\s[^>]*>/.exec(report)?.[0] ?? "";
        const number = (name: string) => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
        const failed = number("failures") + number("errors");
        counts.failed += failed;
        counts.passed += number("tests") - failed - number("skipped");
    }
    return counts;
}
