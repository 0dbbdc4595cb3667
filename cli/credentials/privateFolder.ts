import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes files that only this user can read, whatever the umask. A file of the same name is replaced at once; others stay.
 *
 * @param folder created when it does not exist, with the folders above it, for this user only.
 * @throws when the folder is a link, belongs to someone else, or gives others any right.
 */
export function writePrivateFiles(folder: string, files: Record<string, string>): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const problem = problemOf(folder);
    if (problem !== undefined) {
        throw new Error(`secrets are not safe in this folder, and nothing was written: ${folder} ${problem}`);
    }

    for (const [name, content] of Object.entries(files)) {
        // A new file, so that neither the mode nor a link of an old one counts
        const draft = join(folder, `.${name}.${randomBytes(6).toString("hex")}`);
        writeFileSync(draft, content, { mode: 0o600, flag: "wx" });
        renameSync(draft, join(folder, name));
    }
}

function problemOf(folder: string): string | undefined {
    const found = lstatSync(folder);
    if (found.isSymbolicLink()) return "is a symbolic link; name a folder itself";
    if (found.uid !== process.getuid?.()) return "belongs to another user; name another folder";
    return (found.mode & 0o077) === 0 ? undefined : `is open to other users; run chmod 700 ${folder}`;
}
