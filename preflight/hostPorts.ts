import * as net from "node:net";
import type { ContainerInfo } from "dockerode";
import { publishedPorts } from "../config/checks/ports";
import type { PlatformConfig } from "../config/schema";
import { type StackIdentity, stackOf } from "../docker/labels";
import { listenerOf } from "./listeners";
import type { SshMachine } from "./sshMachine";

/** A bind address that this machine does not have. */
export async function addressProblems(name: string, config: PlatformConfig): Promise<string[]> {
    const { bindAddress } = config.hosts[name]!;
    if ((await listenError(bindAddress, 0)) !== "EADDRNOTAVAIL") return [];
    return [
        `hosts.${name}.bindAddress = ${bindAddress}: is not an address of this machine; ` +
            "set one that it has (run ip address), or 127.0.0.1",
    ];
}

/** Containers and processes that may use ports of a host. */
export interface Holders extends Pick<SshMachine, "listening"> {
    containers: ContainerInfo[];
    /** True: the host is this machine. */
    local: boolean;
}

/** Ports that others than this stack use: one line for each setting. */
export async function portProblems(
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
            `${path}: ports of ${bindAddress} are in use on host ${host}: ${texts.join(", ")}; ` +
            "stop what uses them, or set another port",
    );
}

/** What uses a port; undefined when it is free or this stack uses it. */
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
    if (heldThere) return "a process of that host";
    if (!local || (await listenError(address, port)) !== "EADDRINUSE") return undefined;
    return (await listenerOf(port)) ?? "another process";
}

function overlap(a: string, b: string): boolean {
    const everything = ["0.0.0.0", "::", ""];
    return a === b || everything.includes(a) || everything.includes(b);
}

/** Error code of a listen call; undefined when it succeeds. Port 0: any port. */
function listenError(address: string, port: number): Promise<string | undefined> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
        server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
    });
}
