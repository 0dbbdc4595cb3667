import type { WatchEvent } from "./events";
import type { ConnectorFacts, PlatformSnapshot } from "./snapshot";
import { durationText } from "./units";

/** Limits for the restarts by a watch. */
export interface HealLimits {
    /** Pause before the first restart of a connector, ms. It doubles with each restart. */
    firstPauseMs: number;
    /** Longest pause between two restarts, ms. */
    longestPauseMs: number;
    /** Restarts of one connector within an hour. */
    maxRestarts: number;
    /** True: also connectors that the stack does not declare. */
    all: boolean;
}

/** Default limits: five restarts an hour, of this stack's connectors only. */
export function healLimits(intervalMs: number, { maxRestarts = 5, all = false } = {}): HealLimits {
    return { firstPauseMs: intervalMs, longestPauseMs: 10 * 60_000, maxRestarts, all };
}

/** State of the connectors that have FAILED within the last hour. Plain data. */
export interface HealMemory {
    /** By name. */
    connectors: Record<string, FailedConnector>;
    /** Time since which a worker does not answer, ms since 1970; undefined: all answer. */
    missingSince?: number;
}

interface FailedConnector {
    /** Time of the last snapshot in which it has FAILED, ms since 1970. */
    failedAt: number;
    /** Times of the restarts within the last hour, ms since 1970. */
    restarts: number[];
    /** Earliest time of the next restart, ms since 1970. */
    nextAt: number;
    /** Pause after the next restart, ms. */
    pauseMs: number;
    gaveUp: boolean;
}

/** A connector to restart now. */
export interface Restart {
    connector: string;
    /** Its members that have FAILED: `task 0`, `connector`. */
    failed: string[];
    cause: string;
    /** Number of the restart within this hour, from 1. */
    attempt: number;
    /** Pause before the next restart, ms. */
    pauseMs: number;
}

const HOUR_MS = 3_600_000;
/**
 * A worker that does not answer for longer than this is not part of a rebalance: its tasks run elsewhere, ms. Connect's own
 * default of scheduled.rebalance.max.delay.ms, the longest delay to expect; the stack's default is 0.
 */
const MISSING_MS = 5 * 60_000;

/**
 * Decides which connectors to restart now, and what to report. After a restart that was refused, call
 * {@link withoutRestart}.
 *
 * There is no restart while no worker answers, while tasks wait for a rebalance, or while a worker has not answered for less
 * than 5 minutes. Connectors that are paused or stopped, or declared so, are never restarted.
 */
export function decideRestarts(
    memory: HealMemory,
    snapshot: PlatformSnapshot,
    limits: HealLimits,
): { memory: HealMemory; restarts: Restart[]; events: WatchEvent[] } {
    const { connectors, takenAt: now } = snapshot;
    const someMissing = snapshot.connect.some(({ answer }) => !answer.ok);
    const missingSince = someMissing ? (memory.missingSince ?? now) : undefined;
    if (!connectors.ok) return { memory: { ...memory, missingSince }, restarts: [], events: [] };

    const isSettled = missingSince === undefined || now - missingSince >= MISSING_MS;
    const failedConnectors: Record<string, FailedConnector> = {};
    const restarts: Restart[] = [];
    const events: WatchEvent[] = [];
    for (const connector of connectors.value.filter((one) => mayTouch(one, limits))) {
        const before = withinLastHour(memory.connectors[connector.name], now);
        const failed = failedMembers(connector);
        if (failed.length === 0) {
            if (before !== undefined) failedConnectors[connector.name] = before;
            continue;
        }
        const state = { ...(before ?? firstFailure(now, limits)), failedAt: now };
        failedConnectors[connector.name] = state;
        const cause = firstCause(connector);
        if (state.restarts.length >= limits.maxRestarts) {
            if (!state.gaveUp && now >= (state.restarts.at(-1) ?? 0) + limits.firstPauseMs) {
                failedConnectors[connector.name] = { ...state, gaveUp: true };
                events.push(gaveUp(connector.name, cause, state.restarts.length, now));
            }
        } else if (isSettled && !state.gaveUp && now >= state.nextAt && !isMoving(connector)) {
            failedConnectors[connector.name] = afterRestart(state, now, limits);
            const attempt = state.restarts.length + 1;
            restarts.push({ connector: connector.name, failed, cause, attempt, pauseMs: state.pauseMs });
        }
    }
    return { memory: { connectors: failedConnectors, missingSince }, restarts, events };
}

/** The memory without a restart that was refused: it does not count, and the next check tries it again. */
export function withoutRestart(memory: HealMemory, { connector, pauseMs }: Restart): HealMemory {
    const state = memory.connectors[connector];
    if (state === undefined) return memory;
    const before = { ...state, restarts: state.restarts.slice(0, -1), nextAt: 0, pauseMs };
    return { ...memory, connectors: { ...memory.connectors, [connector]: before } };
}

/** Reports a restart. */
export function restartEvent(
    { connector, failed, cause, attempt, pauseMs }: Restart,
    at: number,
    max: number,
): WatchEvent {
    const text = `restarted ${failed.join(", ")} (${attempt} of at most ${max} within an hour), which FAILED: ${cause}`;
    return { at, level: "heal", subject: connector, text: `${text}; next try not before ${durationText(pauseMs)}` };
}

/** Reports a restart that was refused. */
export function refusedEvent({ connector, failed }: Restart, at: number, why: string): WatchEvent {
    const text = `${failed.join(", ")} not restarted, the next check tries again: ${why}`;
    return { at, level: "info", subject: connector, text };
}

function mayTouch({ managed, state, declaredState }: ConnectorFacts, { all }: HealLimits): boolean {
    return (managed || all) && !isResting(state) && !isResting(declaredState);
}

function isResting(state: string | undefined): boolean {
    return ["PAUSED", "STOPPED"].includes(state?.toUpperCase() ?? "");
}

/** True during a rebalance. */
function isMoving({ state, tasks }: ConnectorFacts): boolean {
    return [state, ...tasks.map((task) => task.state)].some((one) => ["UNASSIGNED", "RESTARTING"].includes(one));
}

function failedMembers({ state, tasks }: ConnectorFacts): string[] {
    const failed = tasks.filter((task) => task.state === "FAILED").map(({ task }) => `task ${task}`);
    return state === "FAILED" ? ["connector", ...failed] : failed;
}

function firstCause({ state, cause, tasks }: ConnectorFacts): string {
    const failedTask = tasks.find((task) => task.state === "FAILED");
    return (state === "FAILED" ? cause : failedTask?.cause) ?? "the cause is in the worker's log";
}

function firstFailure(now: number, { firstPauseMs }: HealLimits): FailedConnector {
    return { failedAt: now, restarts: [], nextAt: now + firstPauseMs, pauseMs: firstPauseMs * 2, gaveUp: false };
}

/** Drops restarts of more than an hour ago, and a connector that has run for an hour. */
function withinLastHour(state: FailedConnector | undefined, now: number): FailedConnector | undefined {
    if (state === undefined || now - state.failedAt >= HOUR_MS) return undefined;
    return { ...state, restarts: state.restarts.filter((at) => now - at < HOUR_MS) };
}

function afterRestart(state: FailedConnector, now: number, { longestPauseMs }: HealLimits): FailedConnector {
    return {
        ...state,
        restarts: [...state.restarts, now],
        nextAt: now + state.pauseMs,
        pauseMs: Math.min(state.pauseMs * 2, longestPauseMs),
    };
}

function gaveUp(connector: string, cause: string, count: number, at: number): WatchEvent {
    return {
        at,
        level: "wrong",
        subject: connector,
        text: `gave up after ${count} restarts within an hour: ${cause}`,
        remedy: "find the cause; the watch restarts it again only after it has run for an hour",
    };
}
