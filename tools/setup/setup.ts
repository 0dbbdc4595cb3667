import type { Log } from "../log";
import { DEFAULT_ENDPOINT, dockerEndpoint, findMissingEngine } from "./dockerEngine";
import { installMissing } from "./installMissing";
import { findMissingJava } from "./java";
import { findShortages } from "./machine";
import { findMissingMaven } from "./maven";
import { describeMissing, type Missing } from "./missing";
import { ensurePulumi, type PulumiTools } from "./pulumi";
import { startEngine } from "./startEngine";

export interface SetupResult {
    /** The Pulumi CLI and its plugins. */
    pulumi: PulumiTools;
}

/**
 * Sets up this machine for the stack and the tests: JDK, Maven, a running Docker engine, the Pulumi CLI and its plugins.
 * Missing programs are installed, or reported all at once. With nothing to do it takes a fraction of a second.
 *
 * @param more checks for further programs that the command needs.
 * @throws Error with all missing programs, when they cannot be installed.
 */
export async function setup(log: Log, more: Finder[] = []): Promise<SetupResult> {
    await ensureSystemTools(log, more);
    if (dockerEndpoint() === DEFAULT_ENDPOINT) await startEngine(log);
    const pulumi = await ensurePulumi(log);
    for (const shortage of findShortages()) log(`Warning: ${shortage}`);
    return { pulumi };
}

/** Checks for one program; undefined when it is installed. */
type Finder = () => Missing | undefined | Promise<Missing | undefined>;

async function ensureSystemTools(log: Log, more: Finder[]): Promise<void> {
    const finders = [findMissingMaven, findMissingJava, findMissingEngine, ...more];
    const missing = await findMissing(finders);
    if (missing.length === 0) return;
    await installMissing(missing, log);
    const left = await findMissing(finders);
    if (left.length > 0) throw new Error(describeMissing(left, "also after the installation of its packages"));
}

async function findMissing(finders: Finder[]): Promise<Missing[]> {
    const findings = await Promise.all(finders.map(async (find) => find()));
    return findings.filter((finding) => finding !== undefined);
}
