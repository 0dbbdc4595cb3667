import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Folders among sources that hold nothing an image depends on. */
const NO_SOURCES: ReadonlySet<string> = new Set(["target", "node_modules", ".git"]);

/** The sha256 of a value, as 64 hex digits. Keys of objects count in the order they have. */
export function digestOf(value: unknown): string {
    return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** The sha512 of a file, as 128 hex digits. */
export async function sha512Of(file: string): Promise<string> {
    const hash = createHash("sha512");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex");
}

/** The files of a folder, by path from it and sorted. */
export function listFiles(folder: string, ignored: ReadonlySet<string> = new Set()): string[] {
    return readdirSync(folder, { withFileTypes: true })
        .flatMap((entry) => {
            if (ignored.has(entry.name)) return [];
            const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && isDirectory(join(folder, entry.name)));
            if (!isFolder) return [entry.name];
            return listFiles(join(folder, entry.name), ignored).map((file) => `${entry.name}/${file}`);
        })
        .sort();
}

/** The files of a folder of sources, without what builds leave behind. */
export function listSources(folder: string): string[] {
    return listFiles(folder, NO_SOURCES);
}

/** Path, executable bit and content of each source file, for folders of small files. */
export function fingerprint(folder: string): [string, boolean, string][] {
    return listSources(folder).map((file) => {
        const path = join(folder, file);
        return [file, isExecutable(path), createHash("sha256").update(readFileSync(path)).digest("hex")];
    });
}

/** Path, size and times of a file or of each file of a folder: shows without reading that big files did not change. */
export function stamp(path: string): [string, number, number, number][] {
    const files = isDirectory(path) ? listFiles(path).map((file) => join(path, file)) : [path];
    return files.map((file) => {
        const { size, mtimeMs, ctimeMs } = statSync(file);
        return [file, size, mtimeMs, ctimeMs];
    });
}

export function isDirectory(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function isExecutable(file: string): boolean {
    return (statSync(file).mode & 0o100) !== 0;
}
