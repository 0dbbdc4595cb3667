import { readFileSync } from "node:fs";
import { type Log, step } from "../log";
import { findProgram, lastLines, runProcess } from "../processes";

/** Whether this process can install Debian packages: as root on Debian, Ubuntu or a distribution derived from them. */
export function canInstallPackages(): boolean {
    return process.getuid?.() === 0 && isDebian(readOsRelease()) && findProgram("apt-get") !== undefined;
}

/** Whether the text of /etc/os-release (os-release(5)) is that of Debian or of a distribution derived from it. */
export function isDebian(osRelease: string): boolean {
    const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap((match) =>
        (match[1] ?? "").replace(/["']/g, "").split(/\s+/),
    );
    return ids.includes("debian") || ids.includes("ubuntu");
}

function readOsRelease(): string {
    try {
        return readFileSync("/etc/os-release", "utf8");
    } catch {
        return "";
    }
}

/**
 * Installs Debian packages with apt-get. Needs {@link canInstallPackages}.
 *
 * @param wanted package names. Of alternatives (`a|b`), the first one in the machine's package sources is installed.
 */
export async function installPackages(wanted: string[], log: Log): Promise<void> {
    await step(log, "Package lists: updating (apt-get update)", () => aptGet(["update", "-qq"]));
    const packages = await Promise.all(wanted.map(firstKnown));
    await step(log, `Packages: installing ${packages.join(", ")} (apt-get install)`, () =>
        aptGet(["install", "-y", "-qq", "--no-install-recommends", ...packages]),
    );
}

async function firstKnown(alternatives: string): Promise<string> {
    for (const name of alternatives.split("|")) {
        const { stdout } = await runProcess("apt-cache", ["policy", name]);
        if (/Candidate: (?!\(none\))/.test(stdout)) return name;
    }
    throw new Error(`None of these packages is in this machine's package sources: ${alternatives}.`);
}

async function aptGet(args: string[]): Promise<void> {
    // Another apt (unattended upgrades) may hold the lock for a while
    const all = ["-o", "DPkg::Lock::Timeout=300", ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { code, stdout, stderr } = await runProcess("apt-get", all, { env });
    if (code !== 0) {
        throw new Error(`apt-get ${args.join(" ")} failed (exit code ${code}):\n${lastLines(stdout + stderr, 15)}`);
    }
}
