import { duration, type WatchEvent } from "./events";
import type { ConnectorFacts, PlatformReport } from "./platformReport";

/** Bounds of what a watch restarts. */
export interface HealLimits {
    /** Pause before the first restart of a connector; it doubles with each, ms. */
    firstPauseMs: number;
    /** Longest pause between two restarts, ms. */
    longestPauseMs: number;
    /** Restarts of one connector within an hour. */
    maxRestarts: number;
    /** True: connectors that the stack does not declare, too. */
    all: boolean;
}

/** Bounds where nobody says others: five restarts an hour, of this stack's connectors only. */
export function healLimits(intervalMs: number, { maxRestarts = 5, all = false } = {}): HealLimits {
    return { firstPauseMs: intervalMs, longestPauseMs: 10 * 60_000, maxRestarts, all };
}

/** What healing remembers of the connectors that have FAILED lately, by name. Plain data. */
export interface HealMemory {
    connectors: Record<string, Patient>;
    /** Since when workers do not answer, ms since 1970; undefined: all do. */
    missingSince?: number;
}

interface Patient {
    /** When it was seen to have FAILED last, ms since 1970. */
    failedAt: number;
    /** Restarts so far, ms since 1970; those of the last hour. */
    restarts: number[];
    /** Not before, ms since 1970. */
    nextAt: number;
    /** Pause after the next restart, ms. */
    pauseMs: number;
    gaveUp: boolean;
}

/** A connector to restart now. */
export interface Restart {
    connector: string;
    /** What has FAILED of it: `task 0`, `connector`. */
    failed: string[];
    cause: string;
    /** Which restart of this hour it is, from 1. */
    attempt: number;
    /** Pause before the next one, ms. */
    pauseMs: number;
}

const HOUR_MS = 3_600_000;
/** A worker that is gone for so long is no matter of a rebalance any more: its tasks are elsewhere (Connect's default delay). */
const MISSING_MS = 5 * 60_000;

/**
 * Decides which connectors to restart now, and what to tell. A restart that is then refused is to be taken back with
 * {@link refused}.
 *
 * Nothing is restarted while no worker says how the connectors are, while tasks wait for a rebalance, or while a worker has
 * been missing for less than 5 minutes. Connectors that are paused or stopped, or are to be, are left alone.
 */
export function decide(
    memory: HealMemory,
    report: PlatformReport,
    limits: HealLimits,
): { memory: HealMemory; restarts: Restart[]; events: WatchEvent[] } {
    const { connectors, takenAt: now } = report;
    const someMissing = report.connect.some(({ answer }) => !answer.ok);
    const missingSince = someMissing ? (memory.missingSince ?? now) : undefined;
    if (!connectors.ok) return { memory: { ...memory, missingSince }, restarts: [], events: [] };

    const isSettled = missingSince === undefined || now - missingSince >= MISSING_MS;
    const patients: Record<string, Patient> = {};
    const restarts: Restart[] = [];
    const events: WatchEvent[] = [];
    for (const connector of connectors.value.filter((one) => mayTouch(one, limits))) {
        const before = remembered(memory.connectors[connector.name], now);
        const failed = failedMembers(connector);
        if (failed.length === 0) {
            if (before !== undefined) patients[connector.name] = before;
            continue;
        }
        const patient = { ...(before ?? admitted(now, limits)), failedAt: now };
        patients[connector.name] = patient;
        const cause = firstCause(connector);
        if (patient.restarts.length >= limits.maxRestarts) {
            if (!patient.gaveUp && now >= (patient.restarts.at(-1) ?? 0) + limits.firstPauseMs) {
                patients[connector.name] = { ...patient, gaveUp: true };
                events.push(gaveUp(connector.name, cause, patient.restarts.length, now));
            }
        } else if (isSettled && !patient.gaveUp && now >= patient.nextAt && !isMoving(connector)) {
            patients[connector.name] = restarted(patient, now, limits);
            const attempt = patient.restarts.length + 1;
            restarts.push({ connector: connector.name, failed, cause, attempt, pauseMs: patient.pauseMs });
        }
    }
    return { memory: { connectors: patients, missingSince }, restarts, events };
}

/** The memory when a restart was not taken: it does not count, and is tried again at the next look. */
export function refused(memory: HealMemory, { connector, pauseMs }: Restart): HealMemory {
    const patient = memory.connectors[connector];
    if (patient === undefined) return memory;
    const undone = { ...patient, restarts: patient.restarts.slice(0, -1), nextAt: 0, pauseMs };
    return { ...memory, connectors: { ...memory.connectors, [connector]: undone } };
}

/** What to tell of a restart that was taken. */
export function restartEvent(
    { connector, failed, cause, attempt, pauseMs }: Restart,
    at: number,
    max: number,
): WatchEvent {
    const text = `restarted ${failed.join(", ")} (${attempt} of at most ${max} within an hour), which FAILED: ${cause}`;
    return { at, level: "heal", subject: connector, text: `${text}; next try not before ${duration(pauseMs)}` };
}

/** What to tell of one that was not. */
export function refusedEvent({ connector, failed }: Restart, at: number, why: string): WatchEvent {
    const text = `${failed.join(", ")} not restarted, to be tried again at the next look: ${why}`;
    return { at, level: "info", subject: connector, text };
}

function mayTouch({ managed, state, declaredState }: ConnectorFacts, { all }: HealLimits): boolean {
    return (managed || all) && !isResting(state) && !isResting(declaredState);
}

function isResting(state: string | undefined): boolean {
    return ["PAUSED", "STOPPED"].includes(state?.toUpperCase() ?? "");
}

/** Between two workers: the rebalance that does it is not over. */
function isMoving({ state, tasks }: ConnectorFacts): boolean {
    return [state, ...tasks.map((task) => task.state)].some((one) => ["UNASSIGNED", "RESTARTING"].includes(one));
}

function failedMembers({ state, tasks }: ConnectorFacts): string[] {
    const failed = tasks.filter((task) => task.state === "FAILED").map(({ task }) => `task ${task}`);
    return state === "FAILED" ? ["connector", ...failed] : failed;
}

function firstCause({ state, cause, tasks }: ConnectorFacts): string {
    const failedTask = tasks.find((task) => task.state === "FAILED");
    return (state === "FAILED" ? cause : failedTask?.cause) ?? "the worker's log tells why";
}

function admitted(now: number, { firstPauseMs }: HealLimits): Patient {
    return { failedAt: now, restarts: [], nextAt: now + firstPauseMs, pauseMs: firstPauseMs * 2, gaveUp: false };
}

/** What is still worth remembering: nothing of a connector that has run for an hour. */
function remembered(patient: Patient | undefined, now: number): Patient | undefined {
    if (patient === undefined || now - patient.failedAt >= HOUR_MS) return undefined;
    return { ...patient, restarts: patient.restarts.filter((at) => now - at < HOUR_MS) };
}

function restarted(patient: Patient, now: number, { longestPauseMs }: HealLimits): Patient {
    return {
        ...patient,
        restarts: [...patient.restarts, now],
        nextAt: now + patient.pauseMs,
        pauseMs: Math.min(patient.pauseMs * 2, longestPauseMs),
    };
}

function gaveUp(connector: string, cause: string, count: number, at: number): WatchEvent {
    return {
        at,
        level: "wrong",
        subject: connector,
        text: `gave up after ${count} restarts within an hour: ${cause}`,
        remedy: "a human must look; it is restarted again only after it has run for an hour",
    };
}
