import { execFile } from "node:child_process";
import { sshDestination } from "@connect-cdc/docker-engine";
import { QUIET_SSH } from "../docker/engine";
import { type ListeningPort, listeningPorts } from "./listeners";

/** One command for all of it: a login takes the longest. Ports are asked last, since only Linux has them there. */
const ASK = `sh -c '
docker version --format "{{.Server.Version}}" >/dev/null || exit
df -Pk "$(docker info --format "{{.DockerRootDir}}")" | tail -n 1
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true'`;
const SSH_FAILED = 255;
const NOT_FOUND = 127;

/** What can be seen of a machine by `ssh`. */
export interface SshMachine {
    /** Free disk under the engine's data, GiB; undefined where `df` does not tell. */
    freeGib: number | undefined;
    /** Ports that any process listens on. */
    listening: ListeningPort[];
}

/**
 * Asks the machine of an `ssh://` endpoint whether a Docker engine answers there, and what disk and ports it has. It asks
 * by the user's own `ssh`, which the Docker provider uses, too, with its keys, agent and config, and never for a password.
 * @throws Error with what did not work.
 */
export function askSshMachine(endpoint: string, limitMs: number): Promise<SshMachine> {
    return new Promise((resolve, reject) => {
        execFile(
            "ssh",
            [...QUIET_SSH, ...sshDestination(new URL(endpoint)), ASK],
            { timeout: limitMs, killSignal: "SIGKILL" },
            (error, stdout, stderr) => {
                if (error === null) return resolve(read(stdout));
                const last = stderr.trim().split("\n").at(-1) ?? "";
                reject(new Error(`${explain(error, limitMs)}${last === "" ? "" : `: ${last}`}`));
            },
        );
    });
}

/** `df -P` gives device, size, used and available in KiB. */
function read(output: string): SshMachine {
    const [disk = "", ...tables] = output.split("\n");
    const freeKib = Number(disk.trim().split(/\s+/)[3]);
    return {
        freeGib: Number.isNaN(freeKib) ? undefined : freeKib / 2 ** 20,
        listening: listeningPorts(tables.join("\n")),
    };
}

function explain(error: { killed?: boolean; code?: unknown }, limitMs: number): string {
    if (error.killed) return `no answer within ${limitMs / 1000} s`;
    if (error.code === "ENOENT") return "there is no ssh on this machine";
    if (error.code === SSH_FAILED) return "ssh does not get there without asking for a password";
    if (error.code === NOT_FOUND) return "there is no docker on that machine";
    return "docker version fails there";
}
