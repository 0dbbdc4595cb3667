import type { Finding } from "./findings/findings";

/** How something is: `idle` was asked for (paused, stopped) or cannot be asked from here. */
export type Level = "ok" | "idle" | "warning" | "wrong";

const ORDER: Level[] = ["ok", "idle", "warning", "wrong"];

export function worst(levels: Level[]): Level {
    return ORDER[Math.max(0, ...levels.map((level) => ORDER.indexOf(level)))] as Level;
}

/** What Connect's word for the state of a connector or task means. */
export function stateLevel(state: string): Level {
    const known: Record<string, Level> = { RUNNING: "ok", PAUSED: "idle", STOPPED: "idle", FAILED: "wrong" };
    return known[state] ?? "warning";
}

/** The worst of the findings with these keys; `otherwise` when there is none. */
export function levelOf(found: Finding[], keys: string[], otherwise: Level): Level {
    return worst([otherwise, ...found.filter(({ key }) => keys.includes(key)).map(({ level }) => level)]);
}
