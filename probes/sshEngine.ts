import { execFile } from "node:child_process";

const ASK = "docker version --format '{{.Server.Version}}'";
const SSH_FAILED = 255;
const NOT_FOUND = 127;

/**
 * Asks the Docker engine behind an `ssh://` endpoint for its version, by the user's own `ssh`, which the Docker provider
 * uses, too, with its keys, agent and config; it never asks for a password.
 * @throws Error with what did not work.
 */
export function askSshEngine(endpoint: string, limitMs: number): Promise<string> {
    const { hostname, port, username } = new URL(endpoint);
    const args = ["-o", "BatchMode=yes", "-o", `ConnectTimeout=${Math.ceil(limitMs / 1000)}`];
    if (port !== "") args.push("-p", port);
    if (username !== "") args.push("-l", decodeURIComponent(username));
    return new Promise((resolve, reject) => {
        execFile(
            "ssh",
            [...args, "--", hostname, ASK],
            { timeout: limitMs, killSignal: "SIGKILL" },
            (error, stdout, stderr) => {
                if (error === null) return resolve(stdout.trim());
                const last = stderr.trim().split("\n").at(-1) ?? "";
                reject(new Error(`${explain(error, limitMs)}${last === "" ? "" : `: ${last}`}`));
            },
        );
    });
}

function explain(error: { killed?: boolean; code?: unknown }, limitMs: number): string {
    if (error.killed) return `no answer within ${limitMs / 1000} s`;
    if (error.code === "ENOENT") return "there is no ssh on this machine";
    if (error.code === SSH_FAILED) return "ssh does not get there without asking for a password";
    if (error.code === NOT_FOUND) return "there is no docker on that machine";
    return "docker version fails there";
}
