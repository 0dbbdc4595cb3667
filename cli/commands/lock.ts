import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { type Lock, readLock, writeLock } from "../../images/staging/lockFile";
import { artifactSets, resolveAll } from "../../images/staging/resolve";
import { CHECKOUT } from "../../tools/project";
import { stageRequests } from "../stageRequests";

export const command = new Command()
    .addHelpText(
        "after",
        "\nThe versions and plugins are those of the defaults and of every Pulumi.*.yaml.\nArtifacts that are not needed are removed.",
    )
    .action(async () => {
        const file = join(CHECKOUT, "images", "lock.json");
        const before = existsSync(file) ? readLock(file) : {};
        const after: Lock = {};
        for (const request of stageRequests(CHECKOUT)) {
            for (const set of artifactSets(await resolveAll(request, CHECKOUT), request)) {
                for (const { coordinate, sha512 } of set.artifacts) after[coordinate] = sha512;
            }
        }
        refuseChanged(before, after);
        writeLock(file, after);
        report(before, after);
    });

function refuseChanged(before: Lock, after: Lock): void {
    const changed = Object.keys(after).filter((key) => key in before && before[key] !== after[key]);
    if (changed.length === 0) return;
    const lines = changed.map((key) => `  ${key}: locked ${before[key]}, found ${after[key]}`);
    throw new Error(
        `images/lock.json was not changed: these artifacts have another checksum than before.\n${lines.join("\n")}\n` +
            "A release never changes. Delete the files from Maven's local repository and try again. " +
            "If you are sure that the new files are right, delete their lines from images/lock.json first.",
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
