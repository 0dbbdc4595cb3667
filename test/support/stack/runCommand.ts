import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CHECKOUT } from "../../../tools/project";

/** Runs a command of this project, as `npm run <name> -- <args>` does. Throws when it fails; the error has its output. */
export async function runCommand(
    name: string,
    args: string[],
    environment: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string }> {
    const options = { cwd: CHECKOUT, env: { ...process.env, ...environment } };
    return promisify(execFile)(process.execPath, ["cli/run.js", name, ...args], options);
}
