import { type ChangeEvent, readChange } from "./changeEvent";
import { digestOf, DigestTable, type Entry, MAX_GAP, rowDigest } from "./digestTable";
import type { TypeText } from "./typeText";
import type { XidSnapshot } from "./xidSnapshot";

/** A column of a table. */
export interface ComparedColumn {
    name: string;
    /** Its field in the events. */
    field: string;
    /** Its type as in SQL, for the report. */
    type: string;
    /** Undefined: values of its type cannot be compared. */
    text: TypeText | undefined;
    /** True: JavaScript's own numbers have too few digits for it. */
    isExact: boolean;
    /** True: it belongs to the primary key. */
    inPrimaryKey: boolean;
}

/** What a comparison knows of its table. */
export interface TableShape {
    columns: ComparedColumn[];
    /** `unavailable.value.placeholder` of the source: it stands for a large value that has not changed. */
    placeholder: string;
}

/** A part of the keys, by their digests: keys of other parts are passed over. */
export interface Share {
    /** From 0. */
    part: number;
    parts: number;
    /** Largest number of keys in the memory; see {@link TableComparison.isFull}. */
    maxKeys: number;
}

/** A record of the topic, as its reader gives it. */
export interface TopicRecord {
    partition: number;
    offset: number;
    key: string | null;
    value: string | null;
    /** Why key and value cannot be read. */
    problem?: string;
}

/** A row of the database, the text of each column as PostgreSQL writes it. */
export type DatabaseRow = readonly (string | null)[];

export type DifferenceKind = "missing" | "superfluous" | "different";

/** One of the first differences of a kind. */
export interface Difference {
    kind: DifferenceKind;
    /** `id=17`; undefined: only the record has it. */
    key?: string;
    /** Canonical texts of the database's row, by column. */
    row?: Texts;
    /** Position of the last event. */
    record?: { partition: number; offset: number };
}

/** Results, as numbers of rows. */
export interface Counts {
    /** In the database. */
    rows: number;
    missing: number;
    superfluous: number;
    different: number;
    /** Changed after they were read from the database: the topic's event counts. */
    newer: number;
    /** In the database, and not in the topic, whose oldest records are gone. */
    expired: number;
}

/** Canonical text of each column. null: NULL; undefined: not known, or not compared. */
type Texts = (string | null | undefined)[];

/** A row that was unlike the topic when it was read. */
interface Candidate {
    key: Buffer;
    keyText: string;
    texts: Texts;
    snapshot: XidSnapshot;
}

/** Examples of each kind. */
const EXAMPLES = 5;
/** Neither a key nor a value contains it: PostgreSQL's texts have no zeros. */
const SEPARATOR = "\0";
const NULL = "\0n";

/**
 * Compares a table with its topic. It has no effects: the caller feeds it the records of the topic and the rows of the database.
 *
 * 1. `takeRecord` for the whole topic: the last event of each key is kept, as a digest.
 * 2. `beginRows`, and then `takeRows` for each chunk of the table with the snapshot that the chunk's query had. Meanwhile further
 *    records may come. A row that is equal to the last event of its key is done. Another one is a candidate.
 * 3. `settle`, when the topic has everything that was committed before the last chunk was read. Now a candidate's event is known:
 *    if its transaction was visible to the chunk's query, row and event must be equal. If not, the row was changed after the
 *    query, and the event counts. A key that no event has is missing.
 * 4. `finish`: a key without a row, whose event every query could see, is superfluous.
 *
 * So a row that changes during the comparison is neither a false difference nor passed over.
 */
export class TableComparison {
    readonly counts: Counts = { rows: 0, missing: 0, superfluous: 0, different: 0, newer: 0, expired: 0 };
    readonly examples: Difference[] = [];
    /** Why the table cannot be compared. */
    problem: string | undefined;
    /** Why a record cannot be read, which is no matter of the table. */
    unreadable: string | undefined;
    /** True: the topic has more keys than the share allows, and the comparison is worth nothing. */
    isFull = false;
    /** Rows whose last event has no value of a column, by the column's name. */
    readonly unknown = new Map<string, number>();

    private readonly last = new DigestTable();
    private readonly byName: Map<string, number>;
    /** Numbers of the columns of the events' keys; undefined: not known yet. */
    private keyColumns: number[] | undefined;
    private readonly gaps: string[] = [""];
    private candidates: Candidate[] = [];
    private first: XidSnapshot | undefined;

    constructor(
        private readonly shape: TableShape,
        private readonly share: Share,
    ) {
        this.byName = new Map(shape.columns.map(({ field }, i) => [field, i]));
    }

    /** Rows that wait for `settle`. Their texts are in the memory. */
    get pending(): number {
        return this.candidates.length;
    }

    /** Never throws: a record that cannot be compared is the problem of the table. */
    takeRecord(record: TopicRecord): void {
        if (this.problem !== undefined || this.isFull) return;
        if (record.problem !== undefined) {
            this.unreadable ??= record.problem;
            return;
        }
        try {
            this.takeEvent(this.read(record), record);
        } catch (error) {
            this.problem = (error as Error).message;
        }
    }

    /** @param first the oldest of the snapshots of all chunks. */
    beginRows(first: XidSnapshot): void {
        this.first = first;
        const { columns } = this.shape;
        // A topic without a record: all rows are missing
        this.keyColumns ??= columns.flatMap(({ inPrimaryKey }, i) => (inPrimaryKey ? [i] : []));
        if (this.keyColumns.length === 0) this.problem ??= "the table has no primary key, and its events have no keys";
    }

    takeRows(rows: DatabaseRow[], snapshot: XidSnapshot): void {
        if (this.problem !== undefined) return;
        for (const row of rows) this.takeRow(row, snapshot);
    }

    /** @param isShortened true: the topic has lost its oldest records. */
    settle(isShortened: boolean): void {
        const { candidates } = this;
        this.candidates = [];
        for (const candidate of candidates) this.settleOne(candidate, isShortened);
    }

    finish(): void {
        if (this.problem !== undefined) return;
        for (const entry of this.last.entries()) {
            if (entry.isSeen || entry.isDelete) continue;
            if (!isVisible(entry, this.first!)) this.counts.newer += 1;
            else this.note({ kind: "superfluous", record: positionOf(entry) });
        }
    }

    /** Key and names of differing columns of an example, from its record. */
    describe({ key, row }: Difference, record: TopicRecord): { key: string; columns: string[] } {
        const event = this.read(record);
        if (event.kind !== "row" && event.kind !== "delete") return { key: key ?? "", columns: [] };
        const keyText = key ?? this.keyText((_, i) => event.key[this.shape.columns[i]!.field]);
        if (event.kind === "delete" || row === undefined) return { key: keyText, columns: [] };
        const found = this.textsOf(event.row);
        const columns = this.shape.columns.filter((_, i) => found[i] !== undefined && found[i] !== row[i]);
        return { key: keyText, columns: columns.map(({ name }) => name) };
    }

    private read(record: TopicRecord): ChangeEvent {
        const event = readChange(record, false);
        const isRounded = (fields: Record<string, unknown>) =>
            this.shape.columns.some(
                ({ field, isExact }) =>
                    isExact && typeof fields[field] === "number" && !Number.isSafeInteger(fields[field]),
            );
        const needsExact =
            (event.kind === "row" && (isRounded(event.row) || isRounded(event.key))) ||
            (event.kind === "delete" && isRounded(event.key));
        return needsExact ? readChange(record, true) : event;
    }

    private takeEvent(event: ChangeEvent, { partition, offset }: TopicRecord): void {
        if (event.kind === "truncate") return this.last.clear();
        if (event.kind === "keyless") throw new Error("its events have no keys");

        this.keyColumns ??= this.columnsOf(event.key);
        const key = this.keyDigest(this.textsOf(event.key));
        if (!this.isMine(key)) return;
        const before = this.last.get(key);
        this.isFull = before === undefined && this.last.size >= this.share.maxKeys;
        if (this.isFull) return;
        const texts = event.kind === "row" ? this.textsOf(event.row) : [];
        const gap = event.kind === "row" ? this.gapOf(texts) : 0;
        // A tombstone follows its delete, which has the transaction
        const isTombstone = event.kind === "delete" && event.xid === 0 && before?.isDelete === true;
        this.last.set(key, {
            row: event.kind === "row" ? rowDigest(joined(texts)) : 0n,
            xid: isTombstone ? before.xid : event.xid,
            partition,
            offset,
            gap,
            isDelete: event.kind === "delete",
            isLate: isTombstone ? before.isLate : this.first !== undefined,
            isSeen: before?.isSeen ?? false,
        });
    }

    private takeRow(row: DatabaseRow, snapshot: XidSnapshot): void {
        const texts = this.shape.columns.map(({ text }, i) => {
            const value = row[i] ?? null;
            return text === undefined ? undefined : value === null ? null : text.ofDatabase(value);
        });
        const key = this.keyDigest(texts);
        if (!this.isMine(key)) return;
        this.counts.rows += 1;
        const entry = this.last.get(key);
        if (entry?.isSeen === true && !this.hasPrimaryKey()) {
            this.problem = "several rows have the same key: message.key.columns are not unique";
        }
        if (entry !== undefined && this.isEqual(entry, texts)) {
            this.last.markSeen(key);
            this.countGap(entry);
        } else {
            this.candidates.push({ key, keyText: this.keyText((_, i) => row[i]), texts, snapshot });
        }
    }

    private settleOne({ key, keyText, texts, snapshot }: Candidate, isShortened: boolean): void {
        const entry = this.last.get(key);
        if (entry === undefined) {
            if (isShortened) this.counts.expired += 1;
            else this.note({ kind: "missing", key: keyText });
            return;
        }
        this.last.markSeen(key);
        if (this.isEqual(entry, texts)) this.countGap(entry);
        else if (!isVisible(entry, snapshot)) this.counts.newer += 1;
        else if (entry.isDelete) this.note({ kind: "missing", key: keyText, record: positionOf(entry) });
        else this.note({ kind: "different", key: keyText, row: texts, record: positionOf(entry) });
    }

    private isEqual({ isDelete, gap, row }: Entry, texts: Texts): boolean {
        if (isDelete) return false;
        const missing = this.gapColumns(gap);
        const known = gap === 0 ? texts : texts.map((text, i) => (missing.includes(i) ? undefined : text));
        return rowDigest(joined(known)) === row;
    }

    private note(difference: Difference): void {
        const { kind } = difference;
        this.counts[kind] += 1;
        if (this.counts[kind] <= EXAMPLES) this.examples.push(difference);
    }

    private countGap({ gap }: Entry): void {
        for (const i of this.gapColumns(gap)) {
            const { name } = this.shape.columns[i]!;
            this.unknown.set(name, (this.unknown.get(name) ?? 0) + 1);
        }
    }

    /** Number of the list of compared columns that an event does not have. */
    private gapOf(texts: Texts): number {
        const isMissing = (text: Texts[number], i: number) =>
            text === undefined && this.shape.columns[i]!.text !== undefined;
        if (!texts.some(isMissing)) return 0;
        const list = texts.flatMap((text, i) => (isMissing(text, i) ? [i] : [])).join();
        const known = this.gaps.indexOf(list);
        if (known >= 0) return known;
        if (this.gaps.length > MAX_GAP) throw new Error(`its events lack columns in more than ${MAX_GAP} ways`);
        return this.gaps.push(list) - 1;
    }

    private gapColumns(gap: number): number[] {
        return gap === 0 ? [] : this.gaps[gap]!.split(",").map(Number);
    }

    /** Fields that are no columns any more are left out. */
    private textsOf(fields: Record<string, unknown>): Texts {
        return this.shape.columns.map(({ field, text }) => {
            const value = fields[field];
            if (text === undefined || value === undefined || this.isUnavailable(value)) return undefined;
            if (value === null) return null;
            try {
                return text.ofEvent(value);
            } catch {
                // The column had another type then
                return `${SEPARATOR}${JSON.stringify(value)}`;
            }
        });
    }

    /** Debezium writes it as text, as bytes, or as the only element of a list. */
    private isUnavailable(value: unknown): boolean {
        if (Array.isArray(value)) return value.length === 1 && this.isUnavailable(value[0]);
        const { placeholder } = this.shape;
        return value === placeholder || value === Buffer.from(placeholder).toString("base64");
    }

    private columnsOf(key: Record<string, unknown>): number[] {
        const columns = Object.keys(key).map((name) => {
            const i = this.byName.get(name);
            if (i === undefined) throw new Error(`the table has no column "${name}", a part of its events' keys`);
            const { text, type } = this.shape.columns[i]!;
            if (text === undefined) throw new Error(`column "${name}", a part of the key, is of type ${type}`);
            return i;
        });
        return columns.sort((a, b) => a - b);
    }

    private keyDigest(texts: Texts): Buffer {
        return digestOf(joined(this.keyColumns!.map((i) => texts[i])));
    }

    private keyText(valueOf: (name: string, i: number) => unknown): string {
        return this.keyColumns!.map((i) => {
            const { name } = this.shape.columns[i]!;
            return `${name}=${String(valueOf(name, i))}`;
        }).join(",");
    }

    /** True: the events have the primary key, so each row has a key of its own. */
    private hasPrimaryKey(): boolean {
        return this.shape.columns.every(({ inPrimaryKey }, i) => !inPrimaryKey || this.keyColumns!.includes(i));
    }

    private isMine(key: Buffer): boolean {
        const { part, parts } = this.share;
        return parts === 1 || key.readUInt32LE(16) % parts === part;
    }
}

function joined(texts: Texts): string {
    return texts.map((text) => text ?? (text === null ? NULL : "")).join(SEPARATOR);
}

function positionOf({ partition, offset }: Entry): { partition: number; offset: number } {
    return { partition, offset };
}

/** True: the query with this snapshot saw the change. Without a transaction the order of reading decides. */
function isVisible({ xid, isLate }: Entry, snapshot: XidSnapshot): boolean {
    return xid === 0 ? !isLate : snapshot.sees(xid);
}
