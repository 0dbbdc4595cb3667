import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { connectEngine } from "@connect-cdc/docker-engine";
import { publishedPorts } from "../config/checks/ports";
import type { PlatformConfig } from "../config/schema";
import { usesTls } from "../config/tlsMode";
import { QUIET_SSH } from "../docker/engine";
import type { StackIdentity } from "../docker/labels";
import { dockerCommandProblem } from "./dockerCommand";
import { addressProblems, portProblems } from "./hostPorts";
import type { LastUpdate } from "./lastOutputs";
import { scalingProblems } from "./scaling";
import { readSshMachine } from "./sshMachine";
import { memberModes, tlsStepProblem } from "./tlsStep";

/** Free disk that images and data of a stack need, in GiB. */
const NEEDED_DISK_GIB = 3;
/** Time for a host to answer, in ms; ssh logs in first. All hosts are checked at the same time. */
const LIMIT_MS = 10_000;
const SSH_LIMIT_MS = 30_000;

/** Limits; tests set them. */
export interface PreflightOptions {
    /** Free disk that a host needs, GiB. Default 3. */
    neededDiskGib?: number;
    /** Time for a host to answer, ms. Default 10 s, behind ssh 30 s. */
    limitMs?: number;
    /** What the last update has left. Default: there was none. */
    last?: LastUpdate;
}

/**
 * Checks what config cannot know, before the first resource: the files of plugins exist, the engines answer, this machine
 * can copy images between hosts, the disks have space, the ports are free, and the running servers allow the new numbers of
 * members and the new mode of TLS. On hosts behind `tcp://` only containers are checked, not disk and processes.
 * @returns problems as lines of path, value, rule and remedy; empty when there are none.
 */
export async function preflight(
    config: PlatformConfig,
    stack: StackIdentity,
    options: PreflightOptions = {},
): Promise<string[]> {
    const { neededDiskGib = NEEDED_DISK_GIB, last } = options;
    const hosts = Object.keys(config.hosts).map((name) =>
        hostProblems(name, config, stack, neededDiskGib, options.limitMs),
    );
    const sizes = {
        stack,
        engines: Object.values(config.hosts),
        zookeeperServers: config.zookeeper.servers,
        brokers: brokerAddresses(config),
        running: last && { brokers: last.brokers, credentials: last.credentials },
    };
    const scaling = scalingProblems(sizes, options.limitMs);
    const step = memberModes(sizes.engines, stack, options.limitMs).then((modes) => {
        const problem = tlsStepProblem([...modes, ...(last ? [last.tls] : [])], config.tls);
        return problem === undefined ? [] : [problem];
    });
    return [...pathProblems(config), ...(await Promise.all([step, ...hosts, scaling, copyProblems(config)])).flat()];
}

/** Images are copied from the first host to the others through this machine. */
async function copyProblems({ hosts }: PlatformConfig): Promise<string[]> {
    const [first, ...others] = Object.keys(hosts);
    const problem = others.length > 0 ? await dockerCommandProblem() : undefined;
    if (problem === undefined) return [];
    return [
        `hosts: images go from ${first} to ${others.join(", ")} by the docker command of the machine that runs pulumi ` +
            `(${problem}); install Docker's client here (Debian: docker.io), and see that docker --version works`,
    ];
}

/** Addresses of the brokers for the stack's own clients, by id. */
function brokerAddresses(config: PlatformConfig): string[] {
    const key = usesTls(config.tls) ? "kafka.operatorPort" : "kafka.port";
    return publishedPorts(config)
        .filter(({ path }) => path === key)
        .map(({ host, port }) => `${config.hosts[host]!.advertisedAddress}:${port}`);
}

/** Paths are relative to the checkout, as in staging. */
function pathProblems({ connect }: PlatformConfig): string[] {
    return Object.entries(connect.plugins).flatMap(([name, source]) => {
        const key = "path" in source ? "path" : "project";
        const path = "path" in source ? source.path : "project" in source ? source.project : undefined;
        if (path === undefined || existsSync(resolve(__dirname, "..", path))) return [];
        return [`connect.plugins.${name}.${key} = "${path}": there is no such file or folder; correct the path`];
    });
}

async function hostProblems(
    name: string,
    config: PlatformConfig,
    stack: StackIdentity,
    neededDiskGib: number,
    limit?: number,
): Promise<string[]> {
    const { endpoint, certPath } = config.hosts[name]!;
    const local = endpoint.startsWith("unix://");
    const limitMs = limit ?? (endpoint.startsWith("ssh://") ? SSH_LIMIT_MS : LIMIT_MS);
    const abortSignal = AbortSignal.timeout(limitMs);
    try {
        const machine = endpoint.startsWith("ssh://") ? await readSshMachine(endpoint, limitMs) : undefined;
        const engine = connectEngine({ endpoint, certPath }, { sshOptions: QUIET_SSH });
        // The typings have the signal for few calls only
        const [info, containers] = await Promise.all([
            (engine.info as (options: object) => Promise<{ DockerRootDir: string; Name: string }>)({ abortSignal }),
            engine.listContainers({ abortSignal }),
        ]);
        const folder = info.DockerRootDir;
        const freeGib = local ? await freeHere(folder) : machine?.freeGib;
        return [
            ...(await portProblems(name, { containers, local, listening: machine?.listening ?? [] }, config, stack)),
            // A socket may belong to another machine
            ...(local && info.Name === hostname() ? await addressProblems(name, config) : []),
            ...diskProblems(name, folder, freeGib, neededDiskGib),
        ];
    } catch (error) {
        const [cause, remedy] = abortSignal.aborted
            ? [
                  `no answer within ${limitMs / 1000} s`,
                  "check that the machine runs and that its firewall allows this one",
              ]
            : explain(error as NodeJS.ErrnoException, local);
        return [`hosts.${name}.endpoint = ${endpoint}: no Docker engine answers (${cause}); ${remedy}`];
    }
}

function explain({ code = "", message }: NodeJS.ErrnoException, local: boolean): [cause: string, remedy: string] {
    const start = local ? "start it, or run: npm start" : "start it there, or correct the endpoint";
    const causes: Record<string, [cause: string, remedy: string]> = {
        ENOENT: ["there is no such socket", start],
        ECONNREFUSED: ["nothing listens there", start],
        EACCES: ["this user may not use its socket", "join the group docker, or be root"],
        ENOTFOUND: ["its host name is unknown", "correct the endpoint"],
        EAI_AGAIN: ["its name cannot be looked up", "correct the endpoint, or see to the network"],
    };
    return causes[code] ?? [message, start];
}

/** Undefined where this user may not read the engine's folder. */
async function freeHere(folder: string): Promise<number | undefined> {
    const disk = await statfs(folder).catch(() => undefined);
    return disk && (disk.bavail * disk.bsize) / 2 ** 30;
}

function diskProblems(name: string, folder: string, freeGib: number | undefined, neededGib: number): string[] {
    if (freeGib === undefined || freeGib >= neededGib) return [];
    return [
        `hosts.${name}: ${freeGib.toFixed(1)} GiB are free in ${folder}, ${neededGib} are needed; ` +
            `free some space, for example with: docker system prune`,
    ];
}
