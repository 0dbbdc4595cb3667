import { spawn } from "node:child_process";
import { CHECKOUT } from "../project";
import { packageScript } from "./part";

/** Runs some of the tests with Vitest's own display on the terminal, and resolves to its exit code. */
export function showVitest(args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [packageScript("vitest/vitest.mjs"), "run", ...args], {
            cwd: CHECKOUT,
            env: { ...process.env, ...env },
            stdio: "inherit",
        });
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 1));
    });
}
