import type { Log } from "../log";
import { confirm } from "./confirm";
import { canInstallPackages, installPackages } from "./debianPackages";
import { describeMissing, type Missing } from "./missing";

/**
 * Installs the Debian packages of what is missing, with the user's consent.
 * @throws Error with the whole list and its remedies, when the packages must not be installed.
 */
export async function installMissing(missing: Missing[], log: Log): Promise<void> {
    const packages = missing.flatMap(({ debianPackages }) => debianPackages);
    const refusal = await findRefusal(missing, packages);
    if (refusal !== undefined) throw new Error(describeMissing(missing, refusal));
    await installPackages(packages, log);
}

/** The reason not to install anything; undefined when the packages may be installed. */
async function findRefusal(missing: Missing[], packages: string[]): Promise<string | undefined> {
    if (process.env.SETUP_INSTALL === "never") return "not installed because of SETUP_INSTALL=never";
    if (missing.some(({ debianPackages }) => debianPackages.length === 0)) return "not everything can be installed";
    if (!canInstallPackages()) return "installed by this command only for root on Debian or Ubuntu";
    const agreed = await confirm(`Missing here: ${packages.join(" ")}. Install with apt-get?`);
    return agreed ? undefined : "you chose not to install it";
}
