import { request } from "node:http";
import { userInfo } from "node:os";
import { findProgram } from "../processes";
import type { Missing } from "./missing";

export const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";

/** API version of engine 20.10, the oldest engine in the tests. */
const OLDEST_API = 1.41;

/** Folders of packaged engines. Not every user's PATH contains them. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

/** Endpoint of the default engine, for hosts without `endpoint` in config: DOCKER_HOST, or the default socket. */
export function dockerEndpoint(): string {
    return process.env.DOCKER_HOST || DEFAULT_ENDPOINT;
}

export type EngineAnswer =
    { state: "running"; api: number } | { state: "forbidden" } | { state: "silent"; cause: string };

/** Checks whether an engine answers within two seconds. */
export async function pingEngine(endpoint: string): Promise<EngineAnswer> {
    try {
        const api = endpoint.startsWith("unix://")
            ? await pingSocket(endpoint.slice("unix://".length))
            : await pingRemote();
        return { state: "running", api: Number(api) };
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return code === "EACCES" ? { state: "forbidden" } : { state: "silent", cause: message };
    }
}

/** Plain HTTP, because loading a Docker library takes longer than a whole set-up with nothing to do. */
function pingSocket(socketPath: string): Promise<string> {
    return new Promise((resolve, reject) => {
        const ping = request({ socketPath, path: "/_ping", timeout: 2000 }, (response) => {
            response.resume();
            if (response.statusCode === 200) resolve(String(response.headers["api-version"]));
            else reject(new Error(`/_ping answers ${response.statusCode}`));
        });
        ping.once("timeout", () => ping.destroy(new Error("no answer within 2 s")));
        ping.once("error", reject);
        ping.end();
    });
}

/** Pings a tcp:// or ssh:// endpoint, with the TLS settings of the environment. */
async function pingRemote(): Promise<string> {
    const { default: Docker } = await import("dockerode");
    const version = await new Docker({ timeout: 10_000 }).version();
    return version.ApiVersion;
}

/** Path of the installed engine; undefined when none is installed. */
export function findEngine(): string | undefined {
    return findProgram("dockerd", SYSTEM_FOLDERS);
}

/** Checks for an engine, running or stopped, that this project and this user can use. */
export async function findMissingEngine(): Promise<Missing | undefined> {
    const endpoint = dockerEndpoint();
    const answer = await pingEngine(endpoint);
    if (answer.state === "running") return answer.api < OLDEST_API ? describeOld(answer.api, endpoint) : undefined;
    if (answer.state === "forbidden") return describeForbidden(endpoint);
    if (endpoint !== DEFAULT_ENDPOINT) return describeSilent(endpoint, answer.cause);
    if (findEngine() !== undefined) return undefined;
    return {
        what: "Docker engine 20.10 or newer: every server of the stack runs in a container.",
        // docker.io only recommends the others, but the engine needs them
        debianPackages: ["docker.io", "iptables", "ca-certificates"],
        remedy: "Debian, Ubuntu: apt-get install docker.io; macOS, Windows: Docker Desktop; other: https://docs.docker.com/engine/install",
    };
}

function describeOld(api: number, endpoint: string): Missing {
    return {
        what: `A newer Docker engine: ${endpoint} has API ${api}, but ${OLDEST_API} (engine 20.10) is required.`,
        debianPackages: [],
        remedy: "Upgrade it: https://docs.docker.com/engine/install",
    };
}

function describeForbidden(endpoint: string): Missing {
    const { username } = userInfo();
    return {
        what: `Access to the Docker engine: it runs at ${endpoint}, but the user ${username} has no access.`,
        debianPackages: [],
        remedy: `Run: sudo usermod -aG docker ${username}; then log in again.`,
    };
}

function describeSilent(endpoint: string, cause: string): Missing {
    return {
        what: `The Docker engine of DOCKER_HOST=${endpoint}: it does not answer (${cause}).`,
        debianPackages: [],
        remedy: "Start it, or unset DOCKER_HOST to use the engine of this machine.",
    };
}
