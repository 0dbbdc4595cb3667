import { execFile } from "node:child_process";

const LIMIT_MS = 10_000;

/** Why the `docker` command of this machine cannot be used; undefined when it can. No engine is asked. */
export function dockerCommandProblem(): Promise<string | undefined> {
    return new Promise((resolve) => {
        execFile("docker", ["--version"], { timeout: LIMIT_MS }, (error, _stdout, stderr) => {
            if (error === null) return resolve(undefined);
            const missing = error.code === ("ENOENT" as unknown);
            resolve(missing ? "it is not on PATH" : `docker --version fails: ${stderr.trim() || error.message}`);
        });
    });
}
