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
    const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
    if (inodes.size === 0) return undefined;
    const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    for (const pid of processes) {
        if (!(await holdsSocket(pid, inodes))) continue;
        const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
        return `${command.trim()} (process ${pid})`;
    }
    return undefined;
}

/** Columns: number, local address as hex `address:port`, remote address, state, queues, timer, retransmits, user, timeout, inode. */
function listeningInodes(table: string, port: number): string[] {
    return table.split("\n").flatMap((line) => {
        const columns = line.trim().split(/\s+/);
        const [localAddress = "", state, inode = ""] = [columns[1], columns[3], columns[9]];
        return state === LISTEN && parseInt(localAddress.split(":")[1] ?? "", 16) === port ? [inode] : [];
    });
}

async function holdsSocket(pid: string, inodes: Set<string>): Promise<boolean> {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
    return targets.some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ""));
}
