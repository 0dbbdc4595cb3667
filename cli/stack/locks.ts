import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isJson } from "@connect-cdc/connector/checks";
import type { Log } from "../../tools/log";
import { isAlive } from "../../tools/processLock";
import { PROJECT } from "../../tools/project";
import { stackInUse } from "./explainCliFailure";
import { environmentOf, type StackTarget } from "./target";

/** The holder of a lock of Pulumi's file backend: the content of the lock file. */
export interface LockHolder {
    pid: number;
    username: string;
    hostname: string;
    timestamp: string;
}

/**
 * Removes the locks of `pulumi` processes of this machine that have ended. Only a file backend has such locks.
 *
 * @returns true when no process holds a lock; false when the backend is not a file backend
 * @throws when a living process holds a lock
 */
export function releaseDeadLocks(target: StackTarget, log: Log): boolean {
    const folder = lockFolder(environmentOf(target).PULUMI_BACKEND_URL, target.stack);
    if (folder === undefined) return false;
    const names = existsSync(folder) ? readdirSync(folder) : [];
    for (const name of names.filter((name) => name.endsWith(".json"))) {
        const file = join(folder, name);
        const holder = JSON.parse(readFileSync(file, "utf8")) as LockHolder;
        if (!isDead(holder)) throw new Error(stackInUse(target.stack, holderText(holder)));
        rmSync(file);
        // the backend keeps attributes of each file beside it
        rmSync(`${file}.attrs`, { force: true });
        log(`Recovery: removed the lock of pulumi process ${holder.pid}, which has ended`);
    }
    return true;
}

/**
 * Removes incomplete attribute files, which a killed run leaves beside a state file. Pulumi reads a state without its
 * attributes, but not with incomplete ones.
 */
export function removeBrokenAttributes(target: StackTarget, log: Log): void {
    const folder = backendFolder(environmentOf(target).PULUMI_BACKEND_URL, "stacks", PROJECT);
    if (folder === undefined || !existsSync(folder)) return;
    const isAttributes = (name: string) => name.startsWith(`${target.stack}.json`) && name.endsWith(".attrs");
    for (const file of readdirSync(folder)
        .filter(isAttributes)
        .map((name) => join(folder, name))) {
        if (isJson(readFileSync(file, "utf8"))) continue;
        rmSync(file);
        log(`Recovery: removed ${file}, which an interrupted run left incomplete`);
    }
}

/** Folder of a stack's locks in Pulumi's file backend; undefined for another backend. */
export function lockFolder(backendUrl: string | undefined, stack: string): string | undefined {
    return backendFolder(backendUrl, "locks", "organization", PROJECT, stack);
}

function backendFolder(backendUrl: string | undefined, ...parts: string[]): string | undefined {
    const folder = backendUrl === undefined ? undefined : localFolder(backendUrl);
    return folder && join(folder, ".pulumi", ...parts);
}

/** The folder of a `file://` backend, read as Pulumi reads it: `~` is the home, other paths may be relative. */
function localFolder(backendUrl: string): string | undefined {
    if (!backendUrl.startsWith("file://")) return undefined;
    const path = backendUrl.slice("file://".length).replace(/\?.*$/, "").replace(/^~/, homedir());
    return fileURLToPath(`file://${resolve(path)}`);
}

/** A process of another machine is not visible here, so it counts as alive. */
export function isDead({ pid, hostname: host }: LockHolder): boolean {
    return host === hostname() && !(isAlive(pid) && isPulumi(pid));
}

/** After a restart of the machine the process id may belong to another program. */
function isPulumi(pid: number): boolean {
    try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
    } catch {
        // macOS has no /proc; the process may be of another user
        return true;
    }
}

function holderText({ pid, username, hostname: host, timestamp }: LockHolder): string {
    return `process ${pid} of ${username}@${host}, since ${timestamp}`;
}
