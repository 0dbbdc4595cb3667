import { readdirSync, readFileSync } from "node:fs";

/** How often processes are looked at, ms: most of those that a run starts live for seconds. */
const INTERVAL_MS = 200;

/**
 * Arguments and environments of all processes that this one starts, and that they start, while something is going on. Linux
 * only: it reads /proc.
 *
 * @returns one text per process that was seen: its arguments, and its environment line by line.
 */
export async function processTextsDuring(act: () => Promise<unknown>): Promise<string[]> {
    const texts = new Map<string, string>();
    const check = () =>
        descendants(process.pid).forEach((pid) => texts.set(pid, textOf(pid) || (texts.get(pid) ?? "")));
    const timer = setInterval(check, INTERVAL_MS);
    try {
        await act();
    } finally {
        clearInterval(timer);
    }
    return [...texts.values()];
}

/** Empty for a process that has ended. Without the variables with which Pulumi's library gets its config: only the user who runs it can read these. */
function textOf(pid: string): string {
    const parts = ["cmdline", "environ"].flatMap((name) => read(pid, name).split("\0"));
    return parts.filter((part) => part !== "" && !part.startsWith("PULUMI_CONFIG=")).join("\n");
}

function descendants(ancestor: number): string[] {
    const parents = new Map(
        readdirSync("/proc")
            .filter((name) => /^\d+$/.test(name))
            .map((pid) => [pid, /\) \S (\d+) /.exec(read(pid, "stat"))?.[1]]),
    );
    const isBelow = (pid: string | undefined): boolean =>
        pid !== undefined && (pid === String(ancestor) || isBelow(parents.get(pid)));
    return [...parents.keys()].filter((pid) => pid !== String(ancestor) && isBelow(pid));
}

/** Empty for a process that has ended meanwhile, or that is another user's. */
function read(pid: string, name: string): string {
    try {
        return readFileSync(`/proc/${pid}/${name}`, "utf8");
    } catch {
        return "";
    }
}
