import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logToStderr, step } from "../../tools/log";
import { lastLines, runProcess } from "../../tools/processes";
import { cached, withTemporaryFolder } from "./cache";
import { digestOf } from "./digests";
import { jdkProgram } from "./files";

const SOURCE = join(__dirname, "definitions", "ListPlugins.java");

/**
 * The file definitions.json for a worker with these libraries and plugins.
 *
 * @param libraries folder of Kafka's JARs
 * @param pluginPath folder with a folder for each plugin
 * @param digest of both
 */
export async function definitionsOf(libraries: string, pluginPath: string, digest: string): Promise<string> {
    const key = digestOf([readFileSync(SOURCE, "utf8"), digest]);
    const folder = await cached("definitions", key, (target) =>
        step(logToStderr, "Plugins: reading their settings", () =>
            listPlugins(libraries, pluginPath, join(target, "definitions.json")),
        ),
    );
    return join(folder, "definitions.json");
}

async function listPlugins(libraries: string, pluginPath: string, file: string): Promise<void> {
    await withTemporaryFolder(async (classes) => {
        const classpath = join(libraries, "*");
        await run("javac", ["-Xlint:-classfile", "-d", classes, "-cp", classpath, SOURCE]);
        const flags = [
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dlog4j.rootLogger=OFF",
            `-Djava.io.tmpdir=${classes}`,
        ];
        await run("java", [...flags, "-cp", `${classes}:${classpath}`, "ListPlugins", pluginPath, file]);
    });
}

async function run(program: string, args: string[]): Promise<void> {
    const { code, stdout, stderr } = await runProcess(jdkProgram(program), args);
    if (code !== 0) throw new Error(`the plugins' settings cannot be read:\n${lastLines(stdout + stderr, 12)}`);
}
