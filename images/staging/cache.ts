import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../tools/folders";
import { logToStderr } from "../../tools/log";
import { isAlive, withProcessLock } from "../../tools/processLock";

/**
 * A folder of the cache, named by what it is made from. Only whole ones are ever seen: `build` fills a folder aside, which
 * is renamed. When several processes need the same folder, one builds it and the others wait.
 *
 * @param kind folder of the cache for things of this kind
 * @param key digest of everything the content depends on
 * @returns its absolute path
 */
export async function cached(kind: string, key: string, build: (folder: string) => Promise<void>): Promise<string> {
    const folder = cachePath(kind, key);
    if (existsSync(folder)) return folder;
    return locked(folder, async () => {
        if (existsSync(folder)) return folder;
        const unfinished = `${folder}.unfinished`;
        rmSync(unfinished, { recursive: true, force: true });
        mkdirSync(unfinished);
        try {
            await build(unfinished);
            renameSync(unfinished, folder);
        } finally {
            rmSync(unfinished, { recursive: true, force: true });
        }
        return folder;
    });
}

/** Where `cached` keeps a folder, there or not. A short name: Unix sockets and Java command lines have limits. */
export function cachePath(kind: string, key: string): string {
    return join(stagingFolder(kind), key.slice(0, 32));
}

export function stagingFolder(...parts: string[]): string {
    return cacheFolder("staging", ...parts);
}

/** Runs `action` while no other process of this user does something under the same name. */
export function exclusively<T>(name: string, action: () => Promise<T>): Promise<T> {
    return locked(join(stagingFolder(), name), action);
}

function locked<T>(path: string, action: () => Promise<T>): Promise<T> {
    const report = (holder: number) => logToStderr(`Staging: waiting for process ${holder}, which makes the same`);
    return withProcessLock(`${path}.lock`, action, (holder) => holder !== process.pid && report(holder));
}

/** An empty folder that is removed when `action` has ended. It is in the cache, so that files can be moved out of it. */
export async function withTemporaryFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
    removeAbandoned();
    const folder = stagingFolder("temporary", `${process.pid}-${randomBytes(4).toString("hex")}`);
    try {
        return await action(folder);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** What processes that were killed left behind. */
function removeAbandoned(): void {
    const parent = stagingFolder("temporary");
    const abandoned = readdirSync(parent).filter((name) => !isAlive(Number.parseInt(name, 10)));
    for (const name of abandoned) rmSync(join(parent, name), { recursive: true, force: true });
}

/** Writes a file that others read at any time: they see the old or the new content, never a part. */
export function writeFileWhole(file: string, content: string): void {
    const unfinished = `${file}.${process.pid}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(unfinished, content);
    renameSync(unfinished, file);
}
