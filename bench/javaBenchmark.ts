import { join } from "node:path";
import { lastLines, runProcess } from "../tools/processes";

const LIMIT_MINUTES = 15;

/** Runs a benchmark, a test class of a module of `plugins/` that the build excludes, and returns its output. */
export async function runJavaBenchmark(module: string, className: string): Promise<string> {
    const plugins = join(__dirname, "..", "plugins");
    const only = [`-Dtest=${className}`, "-Dsurefire.failIfNoSpecifiedTests=false"];
    const args = ["--batch-mode", "--quiet", "-f", plugins, "-pl", module, "--also-make", "test", ...only];
    const { code, stdout, stderr } = await runProcess("mvn", args, { timeoutMilliseconds: LIMIT_MINUTES * 60_000 });
    if (code !== 0) throw new Error(`${className} in plugins/${module} failed:\n${lastLines(stdout + stderr, 30)}`);

    return stdout;
}
