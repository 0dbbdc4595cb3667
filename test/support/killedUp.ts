import { spawn } from "node:child_process";
import { once } from "node:events";

import { CHECKOUT } from "../../toolchain/stack/target";
import type { TestStack } from "./stack";

/** Begins `pulumi up`, and ends its whole process group by SIGKILL when `moment` has come, or lets it end before that. */
export async function killUp({ handle, target }: TestStack, moment: () => Promise<void>): Promise<void> {
    const flags = ["--yes", "--skip-preview", "--non-interactive", "--stack", handle.name];
    const child = spawn("pulumi", ["up", ...flags, "--config-file", target.configFile!], {
        cwd: CHECKOUT,
        env: target.environment,
        // a process group of its own
        detached: true,
        stdio: "ignore",
    });
    const ended = once(child, "exit");
    await Promise.race([moment(), ended]);
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await ended;
}
