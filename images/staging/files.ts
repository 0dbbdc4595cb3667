import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram, lastLines, runProcess } from "../../tools/processes";
import { isDirectory, isExecutable, listFiles } from "./digests";

/**
 * Puts a file into a folder that becomes part of an image. The file gets the mode that it needs there: the user's umask
 * has no effect. It is linked where possible, because the cache would otherwise hold big files several times.
 *
 * @param link only for files of the cache, which never change
 */
export function place(source: string, target: string, link: boolean): void {
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    if (link) linkOrCopy(source, target);
    else copyFileSync(source, target);
    chmodSync(target, isExecutable(source) ? 0o755 : 0o644);
}

/** Places every file of a folder. */
export function placeFolder(source: string, target: string, link: boolean): void {
    for (const file of listFiles(source)) place(join(source, file), join(target, file), link);
}

function linkOrCopy(source: string, target: string): void {
    try {
        linkSync(source, target);
    } catch (error) {
        // Another file system, or too many links
        if (!["EXDEV", "EMLINK", "EPERM", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
        copyFileSync(source, target);
    }
}

/**
 * Unpacks a tar (also compressed) or zip archive. A single folder at its top is left out.
 *
 * @param target empty folder
 */
export async function unpack(archive: string, target: string): Promise<void> {
    const isZip = /\.zip$/i.test(archive);
    const program = isZip ? jdkProgram("jar") : "tar";
    const args = ["--extract", ...(isZip ? [] : ["--no-same-owner"]), "--file", archive];
    const { code, stderr } = await runProcess(program, args, { cwd: target });
    if (code !== 0) throw new Error(`${archive} cannot be unpacked:\n${lastLines(stderr, 5)}`);
    hoist(target);
}

function hoist(folder: string): void {
    const entries = readdirSync(folder);
    if (entries.length !== 1 || !isDirectory(join(folder, entries[0]!))) return;
    // Under another name first: the folder may hold one of its own name
    const top = join(folder, ".top");
    renameSync(join(folder, entries[0]!), top);
    for (const entry of readdirSync(top)) renameSync(join(top, entry), join(folder, entry));
    rmdirSync(top);
}

/** A program of the JDK: of JAVA_HOME where that is set, as Maven does it. */
export function jdkProgram(name: string): string {
    const inHome = process.env.JAVA_HOME && join(process.env.JAVA_HOME, "bin", name);
    const found = inHome && existsSync(inHome) ? inHome : findProgram(name);
    if (found === undefined) {
        throw new Error(
            `a JDK (17 or newer) is needed, and there is no ${name} on PATH: run npm start, or install one`,
        );
    }
    return found;
}
