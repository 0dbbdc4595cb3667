import type { Finding } from "./finding";
import { countFindings, type PlatformStatus } from "./findings/findings";
import { type Placement, placementChanges, placementOf } from "./placement";
import type { Answer, MemberAnswer, PlatformSnapshot } from "./snapshot";
import { durationText, plural } from "./units";

/** One line of a watch. */
export interface WatchEvent {
    /** Time of the snapshot, ms since 1970. */
    at: number;
    /**
     * wrong, warning: a finding that is new or has changed; ok: one that is over; info: a change that needs no action;
     * heal: a restart by the watch itself.
     */
    level: "wrong" | "warning" | "ok" | "info" | "heal";
    /** The part of the platform, by its name on the screen. */
    subject: string;
    /** One line. */
    text: string;
    /** What to do, where something can be done. */
    remedy?: string;
}

/** What a watch keeps from snapshot to snapshot. Plain data, so that a file can hold it. */
export interface EventMemory {
    findings: Record<string, KnownFinding>;
    placement: Placement;
}

interface KnownFinding {
    /** From the last snapshot that has it. */
    finding: Finding;
    /** Time of the first snapshot that has it, ms since 1970. */
    since: number;
    /** Snapshots in a row that have it in this shape. */
    seen: number;
    /** Shape of the last event about it; undefined: no event yet. */
    reported?: string;
    /** Snapshots in a row without it, and the time of the first of them. */
    absent?: { snapshots: number; since: number };
}

/**
 * Compares a snapshot with those before it. A finding is reported after it was in `confirm` snapshots in a row, and its end
 * after `confirm` snapshots without it. So a rebalance or restart between two snapshots causes no event.
 *
 * @param memory result of the snapshot before; undefined for the first snapshot, of which one line is reported.
 */
export function eventsOf(
    memory: EventMemory | undefined,
    { snapshot, findings }: PlatformStatus,
    confirm: number,
): { memory: EventMemory; events: WatchEvent[] } {
    const placement = placementOf(snapshot, memory?.placement);
    const events =
        memory === undefined
            ? [summary({ snapshot, findings })]
            : placementEvents(memory.placement, placement, { snapshot, findings });
    const known: Record<string, KnownFinding> = {};
    for (const finding of findings) {
        const current = addFinding(memory?.findings[finding.key], finding, snapshot.takenAt);
        known[finding.key] = current.seen < confirm ? current : reportFinding(current, snapshot.takenAt, events);
    }
    for (const [key, before] of Object.entries(memory?.findings ?? {})) {
        if (key in known || before.reported === undefined) continue;
        if (!hasAnswer(key, snapshot)) {
            known[key] = before;
            continue;
        }
        const absent = {
            snapshots: (before.absent?.snapshots ?? 0) + 1,
            since: before.absent?.since ?? snapshot.takenAt,
        };
        if (absent.snapshots < confirm) known[key] = { ...before, absent };
        else events.push(endOf(before, absent.since, snapshot.takenAt));
    }
    return { memory: { findings: known, placement }, events };
}

/** The answer that shows whether a finding is over, by the first word of the finding's key. */
const sources: Record<string, (snapshot: PlatformSnapshot, name: string) => Answer<unknown> | undefined> = {
    task: ({ connectors }) => connectors,
    connector: ({ connectors }) => connectors,
    unmanaged: ({ connectors }) => connectors,
    retention: ({ connectors, kafkaCluster }) => (connectors.ok ? kafkaCluster : connectors),
    kafka: ({ kafkaCluster }) => kafkaCluster,
    topic: ({ kafkaCluster }) => kafkaCluster,
    replication: ({ kafkaCluster }) => kafkaCluster,
    registration: answerOfMember,
    view: answerOfMember,
    plugins: answerOfMember,
    cluster: answerOfMember,
    slot: ({ database }) => database?.answer,
    wal: ({ database }) => database?.answer,
    capture: ({ database }) => database?.captures,
    queue: ({ jmsBroker }) => jmsBroker?.answer,
    container: ({ containers }) => containers,
    certificate: ({ certificates }, name) => certificates?.find(({ member }) => member === name)?.answer,
};

function answerOfMember({ kafka, connect }: PlatformSnapshot, name: string): Answer<unknown> | undefined {
    return [...kafka, ...connect].find((member) => member.name === name)?.answer;
}

function hasAnswer(key: string, snapshot: PlatformSnapshot): boolean {
    const [, kind = "", name = ""] = /^(\w+):(.*)$/.exec(key) ?? [];
    return sources[kind]?.(snapshot, name)?.ok ?? true;
}

/** True when a finding of level wrong was reported and is not over. */
export function hasWrongFinding({ findings: known }: EventMemory): boolean {
    return Object.values(known).some(({ reported, finding }) => reported !== undefined && finding.level === "wrong");
}

/** The event as one line of a terminal or a log. */
export function eventLine({ at, level, subject, text, remedy }: WatchEvent): string {
    const word = level === "wrong" || level === "warning" ? level.toUpperCase() : level;
    const action = remedy === undefined || remedy === "" ? "" : `  -> ${remedy}`;
    return oneLine(`${new Date(at).toISOString()}  ${word.padEnd(7)}  ${subject}: ${text}${action}`);
}

/** The event as one JSON object on one line. */
export function eventJson({ at, ...rest }: WatchEvent): string {
    return JSON.stringify({ time: new Date(at).toISOString(), ...rest });
}

function oneLine(text: string): string {
    return text.replace(/\s*[\r\n]+\s*/g, " ");
}

function summary({ snapshot, findings }: PlatformStatus): WatchEvent {
    const { wrong, warnings } = countFindings(findings);
    const parts = [...(wrong > 0 ? [`${wrong} wrong`] : []), ...(warnings > 0 ? [plural(warnings, "warning")] : [])];
    const verdict = parts.length === 0 ? "all is well" : parts.join(", ");
    return {
        at: snapshot.takenAt,
        level: "info",
        subject: `stack ${snapshot.stack}`,
        text: `${answerCounts(snapshot)}; ${verdict}`,
    };
}

/** How many members of each role answer, in one line. */
function answerCounts({ zookeeper, kafka, connect, registry, connectors }: PlatformSnapshot): string {
    return [
        `${answering(zookeeper)} ZooKeeper servers`,
        `${answering(kafka)} brokers`,
        `${answering(connect)} workers`,
        ...(registry.length === 0 ? [] : [`${answering(registry)} registry instances`]),
        connectors.ok ? connectorCount(connectors.value) : "connectors not known",
    ].join(", ");
}

function answering(members: MemberAnswer<unknown>[]): string {
    return `${members.filter(({ answer }) => answer.ok).length} of ${members.length}`;
}

function connectorCount(connectors: { tasks: { state: string }[] }[]): string {
    const tasks = connectors.flatMap((connector) => connector.tasks);
    const running = tasks.filter(({ state }) => state === "RUNNING").length;
    return `connectors: ${connectors.length}, tasks running: ${running} of ${tasks.length}`;
}

function placementEvents(before: Placement, now: Placement, { snapshot, findings }: PlatformStatus): WatchEvent[] {
    // A subject with a finding needs no second line
    const subjects = new Set(findings.map(({ subject }) => subject));
    return placementChanges(before, now)
        .filter(({ subject }) => !subjects.has(subject))
        .map((change) => ({ at: snapshot.takenAt, level: "info", ...change }));
}

function addFinding(before: KnownFinding | undefined, finding: Finding, at: number): KnownFinding {
    if (before === undefined) return { finding, since: at, seen: 1 };
    const isSame = shapeOf(before.finding) === shapeOf(finding) && before.absent === undefined;
    return { finding, since: before.since, seen: isSame ? before.seen + 1 : 1, reported: before.reported };
}

/** Level and words of a finding without its numbers: a changed number alone causes no event. */
function shapeOf({ level, text }: Finding): string {
    return `${level} ${text.replace(/\d+([.,:]\d+)*( ?[KMGT]?i?B\b| (bytes|seconds?|minutes?|hours?|days?)\b)?/g, "#")}`;
}

function reportFinding(known: KnownFinding, at: number, events: WatchEvent[]): KnownFinding {
    const shape = shapeOf(known.finding);
    if (known.reported === shape) return known;
    const { level, subject, text, remedy } = known.finding;
    events.push({ at, level, subject, text: known.reported === undefined ? text : `now: ${text}`, remedy });
    return { ...known, reported: shape };
}

function endOf({ finding, since }: KnownFinding, until: number, at: number): WatchEvent {
    const text = `well again after ${durationText(until - since)}; it was: ${finding.text}`;
    return { at, level: "ok", subject: finding.subject, text };
}
