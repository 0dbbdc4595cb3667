import type Docker from "dockerode";
import { containerName, listContainers } from "../stack/docker";
import { runInContainer } from "../stack/platformTexts";
import type { SecuredPort } from "./portScan";

/** Where a member's ports are, and what they are like. */
export interface StackPortsArgs {
    stack: string;
    engine: Docker;
    /** Command to come before one that runs where the containers' own addresses can be reached. */
    inNetwork: string[];
    /** Ports in containers at which a client needs a user, and no certificate. */
    logins: number[];
    /** Port of PostgreSQL in its container. */
    postgres: number;
}

/**
 * Ports of the running containers of a stack, by container: those that the engine publishes, and all that the container listens on
 * beyond its own loopback.
 */
export async function stackPorts(args: StackPortsArgs): Promise<SecuredPort[][]> {
    const containers = (await listContainers(args.stack, args.engine)).filter(({ State }) => State === "running");
    return Promise.all(containers.map((container) => portsOf(container, args)));
}

async function portsOf(container: Docker.ContainerInfo, args: StackPortsArgs): Promise<SecuredPort[]> {
    const member = container.Names[0]!.slice(containerName(args.stack, "").length + 1);
    const listening = await listeningPorts(container.Id, args.engine);
    const common = (inside: number) => ({
        demands: args.logins.includes(inside) ? ("login" as const) : ("certificate" as const),
        starttls: inside === args.postgres ? ("postgres" as const) : undefined,
        listens: listening.includes(inside),
    });
    const published = container.Ports.filter(({ PublicPort }) => PublicPort !== undefined);
    const address = Object.values(container.NetworkSettings.Networks)[0]!.IPAddress;
    return [
        ...published.map(({ IP, PublicPort, PrivatePort }) => ({
            ...common(PrivatePort),
            name: member,
            host: IP,
            port: PublicPort,
        })),
        ...listening.map((port) => ({
            ...common(port),
            name: `${member} on its network`,
            host: address,
            port,
            serverName: member,
            via: args.inNetwork,
        })),
    ];
}

/** Ports that the processes of a container listen on, but for those on its loopback. */
async function listeningPorts(id: string, engine: Docker): Promise<number[]> {
    return parseListening(await runInContainer(id, "cat /proc/net/tcp /proc/net/tcp6", engine));
}

/**
 * Ports of /proc/net/tcp and tcp6 that are listened on, but for those on a loopback. Addresses there are hexadecimal, each four bytes
 * of them in reverse. Source: proc_net_tcp of the Linux kernel's documentation.
 */
export function parseListening(text: string): number[] {
    const LISTEN = "0A";
    const sockets = text.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /gm);
    const ports = [...sockets]
        .filter(([, address = "", , state]) => state === LISTEN && !isLoopback(address))
        .map(([, , port = ""]) => Number.parseInt(port, 16));
    return [...new Set(ports)].sort((a, b) => a - b);
}

/** 127.x.x.x, the same in IPv6, or ::1. */
function isLoopback(address: string): boolean {
    return /^(?:0{16}FFFF0000)?[0-9A-F]{6}7F$/.test(address) || /^0{24}01000000$/.test(address);
}
