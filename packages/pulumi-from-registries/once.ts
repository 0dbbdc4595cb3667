import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const DIGEST_LENGTH = 16;

/**
 * Makes `folder` by `build`, which fills the folder it is given, unless it is there already. It appears with all its
 * content at once: a build that is killed leaves nothing that looks finished, and of two at the same time one wins.
 */
export async function buildOnce(folder: string, build: (target: string) => Promise<void>): Promise<void> {
    if (existsSync(folder)) return;
    const unfinished = `${folder}.${process.pid}.tmp`;
    removeAbandoned(folder);
    mkdirSync(unfinished, { recursive: true });
    try {
        await build(unfinished);
        renameSync(unfinished, folder);
    } catch (error) {
        if (!existsSync(folder)) throw error;
    } finally {
        rmSync(unfinished, { recursive: true, force: true });
    }
}

/** What killed builds of the same folder have left. */
function removeAbandoned(folder: string): void {
    const parent = dirname(folder);
    if (!existsSync(parent)) return;
    const left = readdirSync(parent).map((name) => join(parent, name));
    for (const path of left.filter((path) => path.startsWith(`${folder}.`) && path.endsWith(".tmp"))) {
        const pid = Number(path.slice(folder.length + 1, -".tmp".length));
        if (!isAlive(pid)) rmSync(path, { recursive: true, force: true });
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}

/** A short name for the content of `paths` (files or folders under `root`) together with `values`. */
export function digestOf(root: string, paths: string[], ...values: string[]): string {
    const hash = createHash("sha256").update(JSON.stringify(values));
    for (const file of paths.flatMap((path) => filesOf(root, path))) {
        hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
    }

    return hash.digest("hex").slice(0, DIGEST_LENGTH);
}

function filesOf(root: string, path: string): string[] {
    if (!statSync(join(root, path)).isDirectory()) return [path];
    return readdirSync(join(root, path))
        .sort()
        .flatMap((name) => filesOf(root, `${path}/${name}`));
}
