import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { runProcess } from "../../tools/processes";
import { withTemporaryFolder } from "./cache";
import { jdkProgram, place, placeFolder } from "./files";

/** Compiles one Java source of an image into a folder. @param classPath JARs that it uses. */
export async function compileJava(source: string, target: string, classPath: string[] = []): Promise<void> {
    const path = classPath.length === 0 ? [] : ["-cp", classPath.join(":")];
    await withTemporaryFolder(async (folder) => {
        await run(source, "compiled", "javac", ["--release", "17", ...path, "-d", folder, source]);
        placeFolder(folder, target, false);
    });
}

/** Makes the JAR of a Java agent from one source, whose name is that of its class. */
export async function agentJar(source: string, target: string, classPath: string[]): Promise<void> {
    await withTemporaryFolder(async (folder) => {
        const classes = join(folder, "classes");
        const manifest = join(folder, "manifest");
        const jar = join(folder, "agent.jar");
        await compileJava(source, classes, classPath);
        writeFileSync(manifest, `Premain-Class: ${basename(source, ".java")}\n`);
        await run(source, "packed", "jar", ["--create", "--file", jar, "--manifest", manifest, "-C", classes, "."]);
        place(jar, target, false);
    });
}

async function run(source: string, done: string, program: string, args: string[]): Promise<void> {
    const { code, stderr } = await runProcess(jdkProgram(program), args);
    if (code !== 0) throw new Error(`${source} cannot be ${done}:\n${stderr}`);
}
