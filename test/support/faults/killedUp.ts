import { spawn } from "node:child_process";
import { once } from "node:events";
import { CHECKOUT } from "../../../tools/project";
import type { TestStack } from "../stack/stack";

/** Begins `pulumi up`, and ends its whole process group by SIGKILL when `moment` has come, or lets it end before that. */
export function killUp({ handle, target }: TestStack, moment: () => Promise<void>): Promise<void> {
    const args = ["--stack", handle.name, "--config-file", target.configFile!];
    return killUpIn(CHECKOUT, target.environment, args, moment);
}

/** Like {@link killUp}, for the project of a folder. */
export async function killUpIn(
    cwd: string,
    env: NodeJS.ProcessEnv | undefined,
    args: string[],
    moment: () => Promise<void>,
): Promise<void> {
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", ...args], {
        cwd,
        env,
        // a process group of its own
        detached: true,
        stdio: "ignore",
    });
    const ended = once(child, "exit");
    await Promise.race([moment(), ended]);
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await ended;
}
