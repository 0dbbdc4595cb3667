import type { Finding } from "./findings/findings";
import { moves, type Places, placesOf, summaryOf } from "./places";
import type { Answer, PlatformReport } from "./platformReport";
import { plural } from "./units";

/** One look at a platform, and what is to be said of it. */
export interface Look {
    report: PlatformReport;
    /** `findings(report)`. */
    found: Finding[];
}

/** One line of a watch. */
export interface WatchEvent {
    /** When it was seen, ms since 1970. */
    at: number;
    /**
     * wrong, warning: a finding that appeared or changed; ok: one that has gone; info: a change that is nothing to act
     * on; heal: a restart by the watch itself.
     */
    level: "wrong" | "warning" | "ok" | "info" | "heal";
    /** What it is about, as the screen names it. */
    subject: string;
    /** One line. */
    text: string;
    /** What to do, where there is something to do. */
    remedy?: string;
}

/** What a watch remembers from look to look. Plain data, so that it can be kept in a file. */
export interface Memory {
    findings: Record<string, KnownFinding>;
    places: Places;
}

interface KnownFinding {
    /** As it was seen last. */
    finding: Finding;
    /** When it was first seen, ms since 1970. */
    since: number;
    /** Looks in a row that have seen it so. */
    looks: number;
    /** How it was told last; undefined: not told yet. */
    told?: string;
    /** Looks in a row that have not seen it, and when the first of them was. */
    absent?: { looks: number; since: number };
}

/**
 * What one look tells that the looks before it did not. A finding counts once it was seen, and is over once it was not
 * seen, in `confirm` looks in a row: a rebalance or a restart in between is nothing to be told of.
 *
 * @param memory of the look before; undefined for the first, which is told in one line.
 */
export function compareLooks(
    memory: Memory | undefined,
    { report, found }: Look,
    confirm: number,
): { memory: Memory; events: WatchEvent[] } {
    const places = placesOf(report, memory?.places);
    const events = memory === undefined ? [summary(report, found)] : transitions(memory, places, report, found);
    const known: Record<string, KnownFinding> = {};
    for (const finding of found) {
        const seen = see(memory?.findings[finding.key], finding, report.takenAt);
        known[finding.key] = seen.looks < confirm ? seen : tell(seen, report.takenAt, events);
    }
    for (const [key, before] of Object.entries(memory?.findings ?? {})) {
        if (key in known || before.told === undefined) continue;
        if (!wasAsked(key, report)) {
            known[key] = before;
            continue;
        }
        const absent = { looks: (before.absent?.looks ?? 0) + 1, since: before.absent?.since ?? report.takenAt };
        if (absent.looks < confirm) known[key] = { ...before, absent };
        else events.push(cleared(before, absent.since, report.takenAt));
    }
    return { memory: { findings: known, places }, events };
}

/** What must have given an answer before a finding can be called over, by the first word of its key. */
const sources: Record<string, (report: PlatformReport, name: string) => Answer<unknown> | undefined> = {
    task: ({ connectors }) => connectors,
    connector: ({ connectors }) => connectors,
    unmanaged: ({ connectors }) => connectors,
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
};

function answerOfMember({ kafka, connect }: PlatformReport, name: string): Answer<unknown> | undefined {
    return [...kafka, ...connect].find((member) => member.name === name)?.answer;
}

function wasAsked(key: string, report: PlatformReport): boolean {
    const [, kind = "", name = ""] = /^(\w+):(.*)$/.exec(key) ?? [];
    return sources[kind]?.(report, name)?.ok ?? true;
}

/** True when something that was told as wrong has not gone. */
export function isWrong({ findings: known }: Memory): boolean {
    return Object.values(known).some(({ told, finding }) => told !== undefined && finding.level === "wrong");
}

/** The event as one line of a terminal or a log. */
export function eventLine({ at, level, subject, text, remedy }: WatchEvent): string {
    const word = level === "wrong" || level === "warning" ? level.toUpperCase() : level;
    const todo = remedy === undefined || remedy === "" ? "" : `  -> ${remedy}`;
    return oneLine(`${new Date(at).toISOString()}  ${word.padEnd(7)}  ${subject}: ${text}${todo}`);
}

/** The event as one JSON object on one line. */
export function eventJson({ at, ...rest }: WatchEvent): string {
    return JSON.stringify({ time: new Date(at).toISOString(), ...rest });
}

function oneLine(text: string): string {
    return text.replace(/\s*[\r\n]+\s*/g, " ");
}

function summary(report: PlatformReport, found: Finding[]): WatchEvent {
    const { at, subject } = { at: report.takenAt, subject: `stack ${report.stack}` };
    const wrong = found.filter(({ level }) => level === "wrong").length;
    const parts = [
        ...(wrong > 0 ? [`${wrong} wrong`] : []),
        ...(found.length > wrong ? [plural(found.length - wrong, "warning")] : []),
    ];
    const verdict = parts.length === 0 ? "all is well" : parts.join(", ");
    return { at, level: "info", subject, text: `${summaryOf(report)}; ${verdict}` };
}

function transitions(memory: Memory, places: Places, { takenAt }: PlatformReport, found: Finding[]): WatchEvent[] {
    // What a finding tells, too, is told once
    const subjects = new Set(found.map(({ subject }) => subject));
    return moves(memory.places, places)
        .filter(({ subject }) => !subjects.has(subject))
        .map((move) => ({ at: takenAt, level: "info", ...move }));
}

function see(before: KnownFinding | undefined, finding: Finding, at: number): KnownFinding {
    if (before === undefined) return { finding, since: at, looks: 1 };
    const isSame = shapeOf(before.finding) === shapeOf(finding) && before.absent === undefined;
    return { finding, since: before.since, looks: isSame ? before.looks + 1 : 1, told: before.told };
}

/** What of a finding is worth another line: its level and its words, not the figures in them, which always move. */
function shapeOf({ level, text }: Finding): string {
    return `${level} ${text.replace(/\d+([.,:]\d+)*( ?[KMGT]?i?B\b| (bytes|seconds?|minutes?|hours?|days?)\b)?/g, "#")}`;
}

function tell(known: KnownFinding, at: number, events: WatchEvent[]): KnownFinding {
    const shape = shapeOf(known.finding);
    if (known.told === shape) return known;
    const { level, subject, text, remedy } = known.finding;
    events.push({ at, level, subject, text: known.told === undefined ? text : `now: ${text}`, remedy });
    return { ...known, told: shape };
}

function cleared({ finding, since }: KnownFinding, until: number, at: number): WatchEvent {
    const text = `well again after ${duration(until - since)}; it was: ${finding.text}`;
    return { at, level: "ok", subject: finding.subject, text };
}

/** `45 s`, `3 min`, `2 h 5 min`. */
export function duration(ms: number): string {
    const seconds = Math.round(ms / 1000);
    if (seconds < 120) return `${seconds} s`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 120) return `${minutes} min`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
