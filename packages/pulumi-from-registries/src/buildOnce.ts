import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Builds `folder` unless it exists. `build` fills another folder, which is renamed at the end, so that a killed build
 * leaves no folder that looks complete. Of two builds at the same time, the first one's folder stays.
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

/** Removes the unfinished folders of killed builds. */
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
