import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { runProcess } from "../../tools/processes";
import { withTemporaryFolder } from "./cache";
import { jdkProgram, place, placeFolder } from "./files";

/** What a JAR says of its class. */
export interface JarRole {
    /** True: it is a Java agent. */
    agent?: boolean;
    /** Interface that programs look for. */
    service?: string;
}

/** Compiles one Java source of an image into a folder. @param classPath JARs that it uses. */
export async function compileJava(source: string, target: string, classPath: string[] = []): Promise<void> {
    const path = classPath.length === 0 ? [] : ["-cp", classPath.join(":")];
    await withTemporaryFolder(async (folder) => {
        await run(source, "compiled", "javac", ["--release", "17", ...path, "-d", folder, source]);
        placeFolder(folder, target, false);
    });
}

/** Makes a JAR of one Java source, whose name is that of its class. */
export async function makeJar(source: string, target: string, classPath: string[], role: JarRole): Promise<void> {
    const name = basename(source, ".java");
    await withTemporaryFolder(async (folder) => {
        const [content, manifest, jar] = [join(folder, "content"), join(folder, "manifest"), join(folder, "jar")];
        await compileJava(source, content, classPath);
        if (role.service !== undefined) {
            mkdirSync(join(content, "META-INF", "services"), { recursive: true });
            writeFileSync(join(content, "META-INF", "services", role.service), `${name}\n`);
        }
        writeFileSync(manifest, role.agent ? `Premain-Class: ${name}\n` : "");
        await run(source, "packed", "jar", ["--create", "--file", jar, "--manifest", manifest, "-C", content, "."]);
        place(jar, target, false);
    });
}

async function run(source: string, done: string, program: string, args: string[]): Promise<void> {
    const { code, stderr } = await runProcess(jdkProgram(program), args);
    if (code !== 0) throw new Error(`${source} cannot be ${done}:\n${stderr}`);
}
