/*
 * The functions of the dynamic provider of the resource `TableSnapshots`.
 */
import { isDeepStrictEqual } from "node:util";
import { Deadline, systemClock } from "./client/clock";
import { checkTableSnapshots } from "./inputs/checkTables";
import { hasUnknown } from "./inputs/unknown";
import type { TableState } from "./postgres/captureState";
import { readCaptureState } from "./postgres/readCaptureState";
import { placeOf, withDatabase } from "./postgres/replicationSlot";
import { CaptureError, databaseReason, withRetries } from "./postgres/settleTables";
import type { SnapshotKind } from "./postgres/snapshotSignals";
import { parseTableName, tableText } from "./postgres/tableName";
import { requestSnapshot, snapshotProblems, type SnapshotTarget, tablesNamed } from "./postgres/tableSnapshots";

interface Inputs extends SnapshotTarget {
    tables: Record<string, { snapshot?: SnapshotKind | "none" }>;
}

interface Outputs extends Inputs {
    /** Tables whose rows the source has, or will have by its initial snapshot. */
    known: string[];
}

/** A preview does not wait longer for the database, s. */
const PREVIEW_SECONDS = 3;
const KINDS = ["incremental", "blocking"] as const;

/** The tables of the declared names in this run, by inputs: `diff` follows `check` within it. */
const seen = new Map<string, string[]>();

export async function check(
    olds: Partial<Inputs> | undefined,
    inputs: Inputs,
): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }> {
    const invalid = checkTableSnapshots({ ...inputs }).map(({ reason }) => reason);
    const failures = invalid.length > 0 || hasUnknown(inputs) ? invalid : await checkTables(olds, inputs);
    // With a property Pulumi would show its value, which may contain a password
    return { inputs, failures: failures.map((reason) => ({ property: "", reason })) };
}

/** Shows the snapshots that are due. A database that does not answer is no problem: `up` asks again. */
async function checkTables(olds: Partial<Inputs> | undefined, inputs: Inputs): Promise<string[]> {
    try {
        const tables = await readTables(inputs, new Deadline(systemClock, PREVIEW_SECONDS));
        seen.set(keyOf(inputs), declaredTables(inputs, tables).map(textOf));
        const before = olds?.tables;
        if (before === undefined) return [];
        const news = { ...inputs, tables: withoutKeys(inputs.tables, Object.keys(before)) };
        return KINDS.flatMap((kind) => {
            const due = declaredTables(news, tables, kind);
            if (due.length > 0) console.log(`${kind} snapshot of ${due.map(textOf).join(", ")}`);
            return snapshotProblems(due, kind);
        });
    } catch (error) {
        console.log(`note: the snapshots that are due are not known: ${databaseReason(inputs.url, error)}`);
        return [];
    }
}

export async function diff(
    _id: string,
    olds: Outputs,
    news: Inputs,
): Promise<{ changes: boolean; replaces: string[] }> {
    const keys = ["url", "ca", "signalTable", "connector", "tables", "timeoutSeconds"] as const;
    const isNew = (seen.get(keyOf(news)) ?? []).some((table) => !olds.known.includes(table));
    return { changes: isNew || keys.some((key) => !isDeepStrictEqual(olds[key], news[key])), replaces: [] };
}

export async function create(inputs: Inputs): Promise<{ id: string; outs: Outputs }> {
    const known = declaredTables(inputs, await tablesNow(inputs)).map(textOf);
    return { id: `${placeOf(inputs.url)}/${inputs.connector.name}`, outs: { ...inputs, known } };
}

export async function update(id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }> {
    const tables = await tablesNow(news);
    const all = declaredTables(news, tables).map(textOf);
    const known = new Set(olds.known.filter((table) => all.includes(table)));
    try {
        for (const kind of KINDS) {
            const due = declaredTables(news, tables, kind)
                .map(textOf)
                .filter((table) => !known.has(table));
            if (due.length > 0) {
                await requestSnapshot({ ...news, tables: due, kind, continues: true }, (line) => console.log(line));
                due.forEach((table) => known.add(table));
            }
        }
    } catch (error) {
        if (!(error instanceof CaptureError)) throw error;
        const text = `snapshot by connector "${news.connector.name}": ${error.message}`;
        const reasons = [`${text}. The next "pulumi up" waits for the same snapshot.`];
        const properties = { ...news, known: [...known] };
        // Pulumi would print the stack
        throw Object.assign(new Error(text), { stack: "", id, properties, reasons });
    }
    return { outs: { ...news, known: all } };
}

export async function read(id: string, props: Outputs): Promise<{ id: string; props: Outputs }> {
    return { id, props };
}

async function remove(): Promise<void> {}
export { remove as delete };

function readTables(inputs: Inputs, deadline: Deadline): Promise<TableState[]> {
    return withDatabase(inputs, deadline, async (client) => {
        return (await readCaptureState(client, "", parseTableName(inputs.signalTable))).tables;
    });
}

function tablesNow(inputs: Inputs): Promise<TableState[]> {
    return withRetries(
        inputs.url,
        (line) => console.log(line),
        (deadline) => readTables(inputs, deadline),
    );
}

/** The tables of the declared names. A table's own entry has precedence over its schema's. */
function declaredTables({ tables: declared }: Inputs, tables: TableState[], kind?: SnapshotKind): TableState[] {
    const isOfKind = (name: string) => kind === undefined || (declared[name]!.snapshot ?? "incremental") === kind;
    const [own, schemas] = [true, false].map((isTable) =>
        Object.keys(declared).filter((name) => (parseTableName(name)!.table !== undefined) === isTable),
    );
    const ownTables = tablesNamed(own!, tables);
    const ofSchemas = tablesNamed(schemas!.filter(isOfKind), tables).filter((table) => !ownTables.includes(table));
    return [...tablesNamed(own!.filter(isOfKind), tables), ...ofSchemas];
}

function textOf({ schema, name }: TableState): string {
    return tableText({ schema, table: name });
}

function withoutKeys(tables: Inputs["tables"], keys: string[]): Inputs["tables"] {
    return Object.fromEntries(Object.entries(tables).filter(([name]) => !keys.includes(name)));
}

function keyOf({ url, tables }: Inputs): string {
    return JSON.stringify([placeOf(url), tables]);
}
