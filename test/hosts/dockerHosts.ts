import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { EngineAddress } from "@connect-cdc/docker-engine";
import { findProgram } from "../../tools/processes";
import { isAlive } from "../../tools/processLock";

const script = join(__dirname, "machines.sh");
const folderPrefix = "connect-cdc-hosts-";
const programs = ["dockerd", "docker", "sshd", "ssh", "ssh-keygen", "ip", "iptables", "nsenter", "unshare", "openssl"];
const systemFolders = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/** Why no hosts can be made here; undefined when they can. */
export function whyNoHosts(): string | undefined {
    if (process.platform !== "linux" || process.getuid?.() !== 0) {
        return "only root on Linux can make network namespaces";
    }
    const missing = programs.filter((name) => findProgram(name, systemFolders) === undefined);
    return missing.length === 0 ? undefined : `not installed here: ${missing.join(", ")}`;
}

/**
 * Docker hosts on this machine, each with a network, processes, a Docker engine and an SSH server of its own, numbered from
 * 1. They hold nothing of this machine's own engine. See machines.sh.
 */
export class DockerHosts {
    private constructor(
        /** Folder of their disks, keys and logs. */
        readonly folder: string,
        private readonly subnet: string,
    ) {}

    /** Makes them. Those of test runs that have died are removed first. */
    static async make(count: number): Promise<DockerHosts> {
        await removeAbandonedHosts();
        const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid.toString(36)}-`));
        const hosts = new DockerHosts(folder, freeSubnet());
        try {
            await hosts.run("up", hosts.subnet, String(count));
        } catch (error) {
            await hosts.remove();
            throw error;
        }
        return hosts;
    }

    /** Address of a host, for this machine and for the other hosts. */
    address(host: number): string {
        return `${this.subnet}.${10 + host}`;
    }

    /** The engine of a host, by each way that leads to it. The one by `ssh` needs {@link sshFolder} on PATH. */
    engine(host: number, way: "unix" | "ssh" | "tcp"): EngineAddress {
        switch (way) {
            case "unix":
                return { endpoint: `unix://${this.folder}/h${host}/docker.sock` };
            case "ssh":
                return { endpoint: `ssh://root@${this.address(host)}` };
            case "tcp":
                return { endpoint: `tcp://${this.address(host)}:2376`, certPath: join(this.folder, "tls") };
        }
    }

    /** What a command comes after that runs in the network of a host, which reaches its containers' own addresses. */
    inNetwork(host: number): string[] {
        return ["nsenter", `--net=/run/netns/cdc${this.subnet.split(".")[2]}-${host}`];
    }

    /** PATH with the `ssh` that has the keys of the hosts, as a user's own has by its config. */
    path(): string {
        return [join(this.folder, "bin"), process.env.PATH].join(delimiter);
    }

    /** Power cut: everything that runs on the host is gone at once, its disk stays. */
    cutPower(host: number): Promise<void> {
        return this.run("cut", String(host));
    }

    /** Starts a host after a power cut; its engine answers, its containers may still be starting. */
    boot(host: number): Promise<void> {
        return this.run("boot", String(host));
    }

    /** Takes the network cable out; everything on the host keeps running. */
    unplug(host: number): Promise<void> {
        return this.run("unplug", String(host));
    }

    plug(host: number): Promise<void> {
        return this.run("plug", String(host));
    }

    /** Removes the hosts with all that is on them. */
    remove(): Promise<void> {
        return this.run("down");
    }

    private async run(action: string, ...args: string[]): Promise<void> {
        await runScript(action, this.folder, ...args);
    }
}

async function runScript(action: string, folder: string, ...args: string[]): Promise<void> {
    await promisify(execFile)(script, [action, folder, ...args]);
}

/** A network that this machine has no address in, at random so that two test runs do not meet. */
function freeSubnet(): string {
    const taken = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
    const subnets = Array.from({ length: 250 }, (_, i) => `10.77.${i + 1}`);
    const free = subnets.filter((subnet) => !taken.some((address) => address.startsWith(`${subnet}.`)));
    return free[Math.floor(Math.random() * free.length)]!;
}

async function removeAbandonedHosts(): Promise<void> {
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(folderPrefix));
    const abandoned = folders.filter((name) => {
        const [pid = ""] = name.slice(folderPrefix.length).split("-");
        return !isAlive(Number.parseInt(pid, 36));
    });
    for (const name of abandoned) await runScript("down", join(tmpdir(), name));
}
