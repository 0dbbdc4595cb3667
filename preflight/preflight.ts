import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import * as net from "node:net";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { connectEngine } from "@connect-cdc/docker-engine";
import type { ContainerInfo } from "dockerode";
import { publishedPorts } from "../config/checks/ports";
import type { PlatformConfig } from "../config/schema";
import { QUIET_SSH } from "../docker/engine";
import { type StackIdentity, stackOf } from "../docker/labels";
import { dockerCommandProblem } from "./dockerCommand";
import { listenerOf } from "./listeners";
import { scalingProblems } from "./scaling";
import { askSshMachine, SshMachine } from "./sshEngine";

/** Free disk that images and data of a stack need, in GiB. */
const NEEDED_DISK_GIB = 3;
/** Time for a host to answer, in ms; behind ssh there are logins first. All hosts are asked at once. */
const LIMIT_MS = 10_000;
const SSH_LIMIT_MS = 30_000;

/** Where the limits can be seen to work. */
export interface PreflightOptions {
    /** Free disk wanted, GiB. Default 3. */
    neededDiskGib?: number;
    /** Time for a host to answer, ms. Default 10 s, behind ssh 30 s. */
    limitMs?: number;
}

/**
 * Checks what config cannot know, before the first resource: that plugins' files are there, that the engines answer, that
 * this machine can carry images among several hosts, that the disk has room, that no port is held by something else, that
 * what is there can become as large or small as config wants it. Of machines behind `tcp://` disk and processes cannot be
 * seen, only containers.
 * @returns what is wrong, each a sentence of where, what and what to do; empty when all is well.
 */
export async function preflight(
    config: PlatformConfig,
    stack: StackIdentity,
    options: PreflightOptions = {},
): Promise<string[]> {
    const { neededDiskGib = NEEDED_DISK_GIB } = options;
    const hosts = Object.keys(config.hosts).map((name) =>
        hostProblems(name, config, stack, neededDiskGib, options.limitMs),
    );
    const wanted = {
        stack,
        engines: Object.values(config.hosts),
        zookeeperServers: config.zookeeper.servers,
        brokers: brokerAddresses(config),
    };
    const scaling = scalingProblems(wanted, options.limitMs);
    return [...pathProblems(config), ...(await Promise.all([...hosts, scaling, copyProblems(config)])).flat()];
}

/** Images go from the first host to the others through this machine. */
async function copyProblems({ hosts }: PlatformConfig): Promise<string[]> {
    const [first, ...others] = Object.keys(hosts);
    const problem = others.length > 0 ? await dockerCommandProblem() : undefined;
    if (problem === undefined) return [];
    return [
        `hosts: images go from ${first} to ${others.join(", ")} by the docker command of the machine that runs pulumi ` +
            `(${problem}); install Docker's client here (Debian: docker.io), and see that docker --version works`,
    ];
}

function brokerAddresses(config: PlatformConfig): string[] {
    return publishedPorts(config)
        .filter(({ path }) => path === "kafka.port")
        .map(({ host, port }) => `${config.hosts[host]!.advertisedAddress}:${port}`);
}

/** Paths count from the folder of this file, as they do in staging. */
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
        const machine = endpoint.startsWith("ssh://") ? await askSshMachine(endpoint, limitMs) : undefined;
        const engine = connectEngine({ endpoint, certPath }, { sshOptions: QUIET_SSH });
        // The typings know the signal of few calls
        const [info, containers] = await Promise.all([
            (engine.info as (options: object) => Promise<{ DockerRootDir: string; Name: string }>)({ abortSignal }),
            engine.listContainers({ abortSignal }),
        ]);
        const folder = info.DockerRootDir;
        const freeGib = local ? await freeHere(folder) : machine?.freeGib;
        return [
            ...(await portProblems(name, { containers, local, listening: machine?.listening ?? [] }, config, stack)),
            // A socket may lead to another machine, too
            ...(local && info.Name === hostname() ? await addressProblems(name, config) : []),
            ...diskProblems(name, folder, freeGib, neededDiskGib),
        ];
    } catch (error) {
        const [cause, remedy] = abortSignal.aborted
            ? [`no answer within ${limitMs / 1000} s`, "see whether the machine is up and lets this one through"]
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
        ENOTFOUND: ["there is no machine of that name", "correct the endpoint"],
        EAI_AGAIN: ["its name cannot be looked up", "correct the endpoint, or see to the network"],
    };
    return causes[code] ?? [message, start];
}

async function addressProblems(name: string, config: PlatformConfig): Promise<string[]> {
    const { bindAddress } = config.hosts[name]!;
    if ((await listenError(bindAddress, 0)) !== "EADDRNOTAVAIL") return [];
    return [
        `hosts.${name}.bindAddress = ${bindAddress}: is no address of this machine; ` +
            "write one that it has (ip address shows them), or 127.0.0.1",
    ];
}

/** A user outside root may not look into the engine's folder; its disk is then not checked. */
async function freeHere(folder: string): Promise<number | undefined> {
    const disk = await statfs(folder).catch(() => undefined);
    return disk && (disk.bavail * disk.bsize) / 2 ** 30;
}

function diskProblems(name: string, folder: string, freeGib: number | undefined, neededGib: number): string[] {
    if (freeGib === undefined || freeGib >= neededGib) return [];
    return [
        `hosts.${name}: ${freeGib.toFixed(1)} GiB are free in ${folder}, ${neededGib} are needed; ` +
            `make room, for example with: docker system prune`,
    ];
}

/** Who may hold ports of a host, as far as that can be seen. */
interface Holders extends Pick<SshMachine, "listening"> {
    containers: ContainerInfo[];
    /** True: the host is this machine. */
    local: boolean;
}

/** Ports that something else than this stack holds: one line for each setting that decides some of them. */
async function portProblems(
    host: string,
    holders: Holders,
    config: PlatformConfig,
    stack: StackIdentity,
): Promise<string[]> {
    const { bindAddress } = config.hosts[host]!;
    const taken = new Map<string, string[]>();
    const wanted = publishedPorts(config).filter((port) => port.host === host);
    const checks = wanted.map(async ({ path, port }) => {
        const holder = await holderOf(bindAddress, port, holders, stack);
        return holder === undefined ? undefined : { path, text: `${port} by ${holder}` };
    });
    for (const found of await Promise.all(checks)) {
        if (found) taken.set(found.path, [...(taken.get(found.path) ?? []), found.text]);
    }

    return [...taken].map(
        ([path, texts]) =>
            `${path}: ports of ${bindAddress} are held on host ${host}: ${texts.join(", ")}; ` +
            "end what holds them, or set another port",
    );
}

/** Who else holds a port; undefined when it is free, or this stack's own. */
async function holderOf(
    address: string,
    port: number,
    { containers, local, listening }: Holders,
    { project, stack }: StackIdentity,
): Promise<string | undefined> {
    const container = containers.find(({ Ports }) =>
        Ports.some(({ IP, PublicPort }) => PublicPort === port && overlap(IP ?? "", address)),
    );
    if (container) {
        const owner = stackOf(container.Labels);
        if (owner.project === project && owner.stack === stack) return undefined;
        const ownerText = owner.stack === undefined ? container.Image : `of stack ${owner.stack} of ${owner.project}`;
        return `container ${container.Names[0]?.slice(1)} (${ownerText})`;
    }
    const heldThere = listening.some((socket) => socket.port === port && overlap(socket.address ?? "?", address));
    if (heldThere) return "a process there";
    if (!local || (await listenError(address, port)) !== "EADDRINUSE") return undefined;
    return (await listenerOf(port)) ?? "another process";
}

function overlap(a: string, b: string): boolean {
    const everything = ["0.0.0.0", "::", ""];
    return a === b || everything.includes(a) || everything.includes(b);
}

/** What the system says against listening there; undefined when nothing. Port 0 is any. */
function listenError(address: string, port: number): Promise<string | undefined> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
        server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
    });
}
