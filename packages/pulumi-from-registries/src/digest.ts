import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const DIGEST_LENGTH = 16;

/** A short digest of files and folders, by name and content, and of `values`. It does not depend on their parent folders. */
export function digestOf(paths: string[], ...values: string[]): string {
    const hash = createHash("sha256").update(JSON.stringify(values));
    for (const path of paths) {
        for (const file of filesOf(path)) {
            hash.update(`\0${relative(dirname(path), file)}\0`).update(readFileSync(file));
        }
    }
    return hash.digest("hex").slice(0, DIGEST_LENGTH);
}

function filesOf(path: string): string[] {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
        .sort()
        .flatMap((name) => filesOf(join(path, name)));
}
