import { statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { cacheFolder } from "../folders";

const GIB = 2 ** 30;

/** The dev stack uses about 3.5 GiB, and Maven and the CLI need memory too. */
const MEMORY_GIB = 6;

/** Images, caches and the data of the dev stack use about 5 GiB. */
const DISK_GIB = 8;

/** Checks memory and disk for the dev stack. The results are warnings, because a smaller stack may fit. */
export function findShortages(memory = totalmem(), disk = freeDisk()): string[] {
    const shortages: string[] = [];
    if (memory < MEMORY_GIB * GIB) {
        shortages.push(
            `Memory: this machine has ${format(memory)}; the dev stack needs ${MEMORY_GIB} GiB. ` +
                "Fewer members (zookeeper.servers, kafka.brokers, connect.workers) or smaller heaps need less.",
        );
    }
    if (disk < DISK_GIB * GIB) {
        shortages.push(
            `Disk: ${format(disk)} is free at ${cacheFolder()}; a first start needs ${DISK_GIB} GiB for images, caches and data.`,
        );
    }
    return shortages;
}

function freeDisk(): number {
    const { bavail, bsize } = statfsSync(cacheFolder());
    return bavail * bsize;
}

function format(bytes: number): string {
    return `${(bytes / GIB).toFixed(1)} GiB`;
}
