import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Lock, readLock, writeLock } from "../../images/staging/lockFile";
import { artifactSets, resolveAll } from "../../images/staging/resolve";
import { stageRequests } from "../stageRequests";

/**
 * `npm run lock`: writes images/lock.json anew, for the versions and plugins of the defaults and of every Pulumi.*.yaml.
 * Artifacts that nothing needs any more go. A release never changes: one with another checksum than before is a fault.
 */
export default async function lock(): Promise<void> {
    const checkout = process.cwd();
    const file = join(checkout, "images", "lock.json");
    const before = existsSync(file) ? readLock(file) : {};
    const after: Lock = {};
    for (const request of stageRequests(checkout)) {
        for (const set of artifactSets(await resolveAll(request, checkout), request)) {
            for (const { coordinate, sha512 } of set.artifacts) after[coordinate] = sha512;
        }
    }
    refuseChanged(before, after);
    writeLock(file, after);
    report(before, after);
}

function refuseChanged(before: Lock, after: Lock): void {
    const changed = Object.keys(after).filter((key) => key in before && before[key] !== after[key]);
    if (changed.length === 0) return;
    const lines = changed.map((key) => `  ${key}: locked ${before[key]}, found ${after[key]}`);
    throw new Error(
        `images/lock.json is left as it is: these artifacts have another content than when they were locked.\n${lines.join("\n")}\n` +
            "A release never changes. Delete the files from Maven's local repository and try again; " +
            "only if you are sure, delete their lines from images/lock.json first.",
    );
}

function report(before: Lock, after: Lock): void {
    const added = Object.keys(after).filter((key) => !(key in before));
    const removed = Object.keys(before).filter((key) => !(key in after));
    for (const key of added) process.stdout.write(`+ ${key}\n`);
    for (const key of removed) process.stdout.write(`- ${key}\n`);
    const count = Object.keys(after).length;
    process.stdout.write(`images/lock.json: ${count} artifacts, ${added.length} added, ${removed.length} removed\n`);
}
