import { setTimeout as sleep } from "node:timers/promises";
import { docker, listContainers } from "../test/support/stack/docker";
import { Pipeline } from "../test/support/stack/pipeline";
import type { TestStack } from "../test/support/stack/stack";
import type { Figure } from "./figure";

const AIM_MIB = 3.5 * 1024;
const ROWS = 10_000;
/** Caches and heaps are stable after this time. */
export const SETTLE_SECONDS = 60;

/** Memory of all containers without page cache: idle, and one minute after 10,000 rows. The stack must be up. */
export async function measureMemory(stack: TestStack, print: (line: string) => void): Promise<Figure[]> {
    const pipeline = await Pipeline.connect(await stack.outputs());
    try {
        await pipeline.passMarker();
        await sleep(SETTLE_SECONDS * 1000);
        const idle = await memoryOf(stack);
        print(`memory, idle: ${memoryText(idle)}`);
        await pipeline.untilArrived(await pipeline.table.insertRandom(ROWS), 300);
        await sleep(SETTLE_SECONDS * 1000);
        const loaded = await memoryOf(stack);
        print(`memory, after rows: ${memoryText(loaded)}`);
        return [
            toFigure("memory of the stack, idle, against 3.5 GiB", idle),
            toFigure(`memory of the stack, ${SETTLE_SECONDS} s after ${ROWS} rows, against 3.5 GiB`, loaded),
        ];
    } finally {
        await pipeline.close();
    }
}

function toFigure(name: string, byRole: Map<string, number>): Figure {
    return { name, ratio: total(byRole) / AIM_MIB, aim: 1, details: memoryText(byRole) };
}

/** MiB by role, without page cache. */
export async function memoryOf(stack: TestStack): Promise<Map<string, number>> {
    const running = (await listContainers(stack.handle.name)).filter(({ State }) => State === "running");
    const byRole = new Map<string, number>();
    for (const { Id, Names } of running) {
        const role = (Names[0] ?? Id).replace(/-\d+$/, "").replace(/^.*-/, "");
        byRole.set(role, (byRole.get(role) ?? 0) + (await residentMib(Id)));
    }
    return byRole;
}

/** Anonymous and shared memory of a container; the engine reports what the kernel's cgroup counts. */
async function residentMib(id: string): Promise<number> {
    const { memory_stats } = await docker.getContainer(id).stats({ stream: false });
    const stats = memory_stats.stats as unknown as Record<string, number | undefined>;
    // cgroup v2 has anon and shmem; v1 has rss, which is the same as anon, and counts shared memory as cache
    const anonymous = stats.anon ?? stats.total_rss;
    if (anonymous === undefined) throw new Error("the Docker engine does not report the memory of containers");

    return (anonymous + (stats.shmem ?? 0)) / 2 ** 20;
}

/** MiB of all roles. */
export function total(byRole: Map<string, number>): number {
    return [...byRole.values()].reduce((sum, mib) => sum + mib, 0);
}

export function memoryText(byRole: Map<string, number>): string {
    const parts = [...byRole].sort(([a], [b]) => a.localeCompare(b)).map(([role, mib]) => `${role} ${Math.round(mib)}`);
    return `${Math.round(total(byRole))} MiB: ${parts.join(", ")}`;
}
