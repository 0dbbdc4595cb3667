import type { Finding } from "./finding";
import { RETENTION_RISKS } from "./snapshot";

/** `idle`: paused or stopped by a user, or not part of this stack. */
export type Level = "ok" | "idle" | "warning" | "wrong";

const ORDER: Level[] = ["ok", "idle", "warning", "wrong"];

export function worst(levels: Level[]): Level {
    return ORDER[Math.max(0, ...levels.map((level) => ORDER.indexOf(level)))] as Level;
}

/** Level of a state of a connector or task. */
export function stateLevel(state: string): Level {
    const known: Record<string, Level> = { RUNNING: "ok", PAUSED: "idle", STOPPED: "idle", FAILED: "wrong" };
    return known[state] ?? "warning";
}

/** The worst level of the findings with these keys; `otherwise` without such findings. */
export function levelOf(findings: Finding[], keys: string[], otherwise: Level): Level {
    return worst([otherwise, ...findings.filter(({ key }) => keys.includes(key)).map(({ level }) => level)]);
}

/** Keys of the findings of a connector itself, without those of its tasks. */
export function connectorKeys(name: string): string[] {
    return [`connector:${name}`, `unmanaged:${name}`, ...RETENTION_RISKS.map((kind) => `retention:${name}/${kind}`)];
}
