import { readdir, readFile, readlink } from "node:fs/promises";

/** State of a listening socket in `/proc/net/tcp`. */
const LISTEN = "0A";

/**
 * The process that listens on a TCP port of this machine, such as `nginx (process 42)`; undefined where that cannot be
 * seen: on systems without `/proc`, and for other users' processes unless one is root.
 */
export async function listenerOf(port: number): Promise<string | undefined> {
    const tables = await Promise.all(
        ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
    );
    const listening = tables.flatMap(listeningPorts).filter((socket) => socket.port === port);
    const inodes = new Set(listening.map(({ inode }) => inode));
    if (inodes.size === 0) return undefined;
    const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    for (const pid of processes) {
        if (!(await holdsSocket(pid, inodes))) continue;
        const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
        return `${command.trim()} (process ${pid})`;
    }
    return undefined;
}

/** A socket that takes connections. */
export interface ListeningPort {
    /** IPv4 address; of IPv6 only `::`, all addresses, and otherwise undefined. */
    address: string | undefined;
    port: number;
    inode: string;
}

/**
 * Reads `/proc/net/tcp` or `tcp6`. Columns: number, local address as hex `address:port`, remote address, state, queues,
 * timer, retransmits, user, timeout, inode.
 */
export function listeningPorts(table: string): ListeningPort[] {
    return table.split("\n").flatMap((line) => {
        const columns = line.trim().split(/\s+/);
        const [local = "", state, inode = ""] = [columns[1], columns[3], columns[9]];
        const [address = "", port = ""] = local.split(":");
        return state === LISTEN ? [{ address: readAddress(address), port: parseInt(port, 16), inode }] : [];
    });
}

/** The bytes of an IPv4 address are in the order of the machine, which is a little-endian one. */
function readAddress(hex: string): string | undefined {
    if (hex.length === 8) return [3, 2, 1, 0].map((i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16)).join(".");
    return /^0+$/.test(hex) ? "::" : undefined;
}

async function holdsSocket(pid: string, inodes: Set<string>): Promise<boolean> {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
    return targets.some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ""));
}
