import type { TopicRecord } from "../../servers/topicReader";

type Row = Record<string, unknown>;

/** Debezium's envelope of a change: https://debezium.io/documentation/reference/stable/connectors/postgresql.html */
interface Change {
    /** c: create, u: update, d: delete, r: read by a snapshot, t: truncate. */
    op: string;
    before?: Row | null;
    after?: Row | null;
}

const VERBS: Record<string, string> = { c: "insert", u: "update", d: "delete", r: "read", t: "truncate" };

/** A record on one line: the change of a row, or key and value of any other record. */
export function changeLine({ key, value, problem }: Pick<TopicRecord, "key" | "value" | "problem">): string {
    if (problem !== undefined) return `(${printable(problem)})`;
    const change = readChange(value);
    if (change === undefined) {
        return printable([key === null ? "" : `${keyText(key)}:`, value ?? "tombstone"].filter(Boolean).join(" "));
    }

    const verb = VERBS[change.op] ?? change.op;
    const keyFields = key === null ? "" : keyText(key);
    return printable([verb, keyFields, fieldsText(change, keyFields.split(","))].filter(Boolean).join("  "));
}

/** Reads a change event with or without its schema. Undefined for any other value. */
export function readChange(value: string | null): Change | undefined {
    const parsed = payloadOf(parse(value)) as Partial<Change> | null | undefined;
    return typeof parsed === "object" && typeof parsed?.op === "string" ? (parsed as Change) : undefined;
}

function parse(text: string | null): unknown {
    try {
        return text === null ? undefined : JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** JsonConverter with `schemas.enable` wraps the payload. */
function payloadOf(parsed: unknown): unknown {
    const isWrapped = typeof parsed === "object" && parsed !== null && "schema" in parsed && "payload" in parsed;
    return isWrapped ? parsed.payload : parsed;
}

/** `{"id":1}` and StringConverter's `Struct{id=1}` are `id=1`. */
function keyText(key: string): string {
    const payload = payloadOf(parse(key));
    if (typeof payload === "object" && payload !== null) {
        return Object.entries(payload)
            .map(([name, value]) => fieldText(name, value))
            .join(",");
    }
    return /^Struct\{(.*)\}$/s.exec(key)?.[1] ?? key;
}

/** The changed fields of an update, or the whole row of another change, without the fields of the key. */
function fieldsText({ before, after, op }: Change, keyFields: string[]): string {
    if (op === "u" && before && after) {
        const changed = Object.keys(after).filter(
            (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
        );
        const texts = changed.map((name) => `${fieldText(name, before[name])} -> ${JSON.stringify(after[name])}`);
        return texts.length === 0 ? "no field has changed" : texts.join(" ");
    }
    return Object.entries(after ?? before ?? {})
        .map(([name, value]) => fieldText(name, value))
        .filter((text) => !keyFields.includes(text))
        .join(" ");
}

function fieldText(name: string, value: unknown): string {
    return `${name}=${JSON.stringify(value)}`;
}

/** Escapes control characters: rows may contain line breaks and codes for the terminal. */
export function printable(text: string): string {
    return text.replace(
        /[\u0000-\u001f\u007f-\u009f]/g,
        (code) => `\\x${code.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
}
