import { request } from "node:http";
import { userInfo } from "node:os";
import { findProgram } from "../processes";
import type { Missing } from "./missing";

export const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";

/** The oldest engine this project is tested with is 20.10, which speaks API 1.41. */
const OLDEST_API = 1.41;

/** Where packages put the engine; not on every user's PATH. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

/** The engine everything runs on, where the stack's config names no other: DOCKER_HOST, else the default socket. */
export function dockerEndpoint(): string {
    return process.env.DOCKER_HOST || DEFAULT_ENDPOINT;
}

export type EngineAnswer =
    { state: "running"; api: number } | { state: "forbidden" } | { state: "silent"; cause: string };

/** Asks an engine for a sign of life, within two seconds. */
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

/** Plain HTTP: loading a Docker library takes longer than all of a set-up that finds everything in place. */
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

/** tcp:// and ssh:// endpoints, with the TLS settings of the environment, as the Docker client reads them. */
async function pingRemote(): Promise<string> {
    const { default: Docker } = await import("dockerode");
    const version = await new Docker({ timeout: 10_000 }).version();
    return version.ApiVersion;
}

/** The installed engine's program, or undefined. */
export function findEngine(): string | undefined {
    return findProgram("dockerd", SYSTEM_FOLDERS);
}

/** Looks for an engine, running or not, that this project and this user can use. */
export async function findMissingEngine(): Promise<Missing | undefined> {
    const endpoint = dockerEndpoint();
    const answer = await pingEngine(endpoint);
    if (answer.state === "running") return answer.api < OLDEST_API ? describeOld(answer.api, endpoint) : undefined;
    if (answer.state === "forbidden") return describeForbidden(endpoint);
    if (endpoint !== DEFAULT_ENDPOINT) return describeSilent(endpoint, answer.cause);
    if (findEngine() !== undefined) return undefined;
    return {
        what: "Docker engine 20.10 or newer: every server of the stack runs in a container.",
        // docker.io only recommends the others, and nothing works without them
        debianPackages: ["docker.io", "iptables", "ca-certificates"],
        remedy: "Debian, Ubuntu: apt-get install docker.io; macOS, Windows: Docker Desktop; else https://docs.docker.com/engine/install",
    };
}

function describeOld(api: number, endpoint: string): Missing {
    return {
        what: `A newer Docker engine: the one at ${endpoint} speaks API ${api}, engine 20.10 speaks ${OLDEST_API}.`,
        debianPackages: [],
        remedy: "Upgrade it: https://docs.docker.com/engine/install",
    };
}

function describeForbidden(endpoint: string): Missing {
    const { username } = userInfo();
    return {
        what: `Access to the Docker engine: it runs at ${endpoint}, but the user ${username} may not use it.`,
        debianPackages: [],
        remedy: `Run: sudo usermod -aG docker ${username}; then log in again.`,
    };
}

function describeSilent(endpoint: string, cause: string): Missing {
    return {
        what: `The Docker engine of DOCKER_HOST=${endpoint}: it does not answer (${cause}).`,
        debianPackages: [],
        remedy: "Start it, or unset DOCKER_HOST to use this machine's own engine.",
    };
}
