import { parseExact } from "@connect-cdc/connector/client";

type Fields = Record<string, unknown>;

/** A record of a table's topic. */
export type ChangeEvent =
    | { kind: "row"; key: Fields; row: Fields; xid: number }
    | { kind: "delete"; key: Fields; xid: number }
    | { kind: "truncate" }
    /** It has no key: nobody can tell which row it belongs to. */
    | { kind: "keyless" };

/** The parts of a record that an event is made of. */
export interface RecordTexts {
    key: string | null;
    value: string | null;
}

/**
 * Reads a record of JsonConverter, with or without schemas: Debezium's envelope of a change, or only the row, as
 * ExtractNewRecordState leaves it.
 *
 * @param exact true: numbers keep all their digits. It takes several times as long.
 * @throws Error for a record in another format.
 */
export function readChange({ key, value }: RecordTexts, exact: boolean): ChangeEvent {
    const keyFields = key === null ? null : fieldsOf(key, "key", exact);
    const change = value === null ? null : fieldsOf(value, "value", exact);
    if (change !== null && change.op === "t") return { kind: "truncate" };
    if (keyFields === null) return { kind: "keyless" };

    const isEnvelope = change !== null && typeof change.op === "string" && ("after" in change || "before" in change);
    const row = isEnvelope ? (change.after as Fields | null) : change;
    const xid = isEnvelope ? xidOf(change) : 0;
    const isDelete = row === null || row === undefined || row.__deleted === "true" || row.__deleted === true;
    return isDelete ? { kind: "delete", key: keyFields, xid } : { kind: "row", key: keyFields, row, xid };
}

/** A row that a snapshot has read has no transaction of its own. */
function xidOf({ op, source }: Fields): number {
    const { txId } = (source ?? {}) as { txId?: unknown };
    return op === "r" || typeof txId !== "number" ? 0 : txId % 2 ** 32;
}

function fieldsOf(text: string, what: string, exact: boolean): Fields | null {
    let parsed: unknown;
    try {
        parsed = exact ? parseExact(text) : JSON.parse(text);
    } catch {
        // The error of the parser would show a part of the row
        throw new Error(`the ${what} of its records is not JSON`);
    }
    if (typeof parsed !== "object") throw new Error(`the ${what} of its records is no JSON object`);
    const fields = parsed as Fields | null;
    const isWrapped = fields !== null && "schema" in fields && "payload" in fields;
    return (isWrapped ? fields.payload : fields) as Fields | null;
}
