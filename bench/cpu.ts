import { docker, memberIds } from "../test/support/stack/docker";

/** CPU seconds by member ("kafka-0"), and of this process ("bench"). */
export type CpuSeconds = Map<string, number>;

/** CPU seconds of every container of the stack since its start; the engine reports what the kernel's cgroup counts. */
export async function cpuOf(stack: string): Promise<CpuSeconds> {
    const { user, system } = process.cpuUsage();
    const members = Object.entries(await memberIds(stack, true)).map(
        async ([member, id]): Promise<[string, number]> => {
            const { cpu_stats } = await docker.getContainer(id).stats({ stream: false, "one-shot": true });
            return [member, cpu_stats.cpu_usage.total_usage / 1e9];
        },
    );
    return new Map([...(await Promise.all(members)), ["bench", (user + system) / 1e6]]);
}

/** "12.3 s: connect-0 6.1, kafka-0 4.0, ...": CPU time between two measurements, in descending order, without values below 0.05 s. */
export function cpuText(before: CpuSeconds, after: CpuSeconds): string {
    const used = [...after].map(([member, seconds]): [string, number] => [member, seconds - (before.get(member) ?? 0)]);
    const total = used.reduce((sum, [, seconds]) => sum + seconds, 0);
    const most = used.filter(([, seconds]) => seconds >= 0.05).sort(([, a], [, b]) => b - a);
    return `${total.toFixed(1)} s: ${most.map(([member, seconds]) => `${member} ${seconds.toFixed(1)}`).join(", ")}`;
}
