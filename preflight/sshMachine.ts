import { execFile } from "node:child_process";
import { sshDestination } from "@connect-cdc/docker-engine";
import { QUIET_SSH } from "../docker/engine";
import { type ListeningPort, listeningPorts } from "./listeners";

/** One command for everything, because a login takes the longest. Ports are last: only Linux has these files. */
const SCRIPT = `sh -c '
docker version --format "{{.Server.Version}}" >/dev/null || exit
df -Pk "$(docker info --format "{{.DockerRootDir}}")" | tail -n 1
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true'`;
const SSH_FAILED = 255;
const NOT_FOUND = 127;

/** State of a machine as read by `ssh`. */
export interface SshMachine {
    /** Free disk under the engine's data, GiB; undefined where `df` prints none. */
    freeGib: number | undefined;
    /** Ports that any process listens on. */
    listening: ListeningPort[];
}

/**
 * Reads free disk and listening ports of the machine of an `ssh://` endpoint, and checks that its Docker engine answers.
 * Uses the user's own `ssh` with its keys, agent and config, as the Docker provider does, without a password prompt.
 * @throws Error with the cause.
 */
export function readSshMachine(endpoint: string, limitMs: number): Promise<SshMachine> {
    return new Promise((resolve, reject) => {
        execFile(
            "ssh",
            [...QUIET_SSH, ...sshDestination(new URL(endpoint)), SCRIPT],
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
    if (error.code === SSH_FAILED) return "ssh cannot log in without a password";
    if (error.code === NOT_FOUND) return "there is no docker on that machine";
    return "docker version fails there";
}
