/*
 * The functions of the dynamic provider of the resource `CapturedTables`.
 */
import { isDeepStrictEqual } from "node:util";
import { Deadline, systemClock } from "./client/clock";
import { checkCapturedTables } from "./inputs/checkTables";
import { hasUnknown } from "./inputs/unknown";
import type { ReplicaIdentity } from "./postgres/captureState";
import type { DeclaredTable, TablesPlan } from "./postgres/planTables";
import { readCaptureState } from "./postgres/readCaptureState";
import { placeOf, withDatabase } from "./postgres/replicationSlot";
import {
    type CapturedTablesSpec,
    CaptureError,
    comparePlan,
    databaseReason,
    settleTables,
    withRetries,
} from "./postgres/settleTables";
import { parseTableName } from "./postgres/tableName";

interface Inputs extends Omit<CapturedTablesSpec, "leaving"> {
    /** False: nothing is changed. */
    manage: boolean;
}

/** A preview does not wait longer for the database, s. */
const PREVIEW_SECONDS = 3;

/** The comparisons of this run, by inputs: `diff` follows `check` within it. */
const compared = new Map<string, TablesPlan>();

/**
 * Compares the declaration with the database, and shows what changes. A database that does not answer is no problem: it may be
 * created by the same run.
 */
export async function check(
    olds: Partial<Inputs> | undefined,
    inputs: Inputs,
): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }> {
    const invalid = checkCapturedTables({ ...inputs }).map(({ reason }) => reason);
    const failures = invalid.length > 0 || hasUnknown(inputs) ? invalid : await checkDatabase(olds, inputs);
    // With a property Pulumi would show its value, which may contain a password
    return { inputs, failures: failures.map((reason) => ({ property: "", reason })) };
}

async function checkDatabase(olds: Partial<Inputs> | undefined, inputs: Inputs): Promise<string[]> {
    const subject = `publication ${inputs.publication} at ${placeOf(inputs.url)}`;
    const spec = { ...inputs, leaving: leavingTables(olds, inputs) };
    try {
        const plan = await comparePlan(spec, new Deadline(systemClock, PREVIEW_SECONDS));
        compared.set(keyOf(inputs), plan);
        const heading = inputs.manage ? subject : `warning: ${subject} is not as declared, and manage is false`;
        if (changesOf(plan, inputs).length > 0) console.log([heading, ...changesOf(plan, inputs)].join("\n    "));
        plan.notes.forEach((note) => console.log(`note: ${note}`));
        return inputs.manage ? [...plan.problems, ...plan.missingRights] : plan.problems;
    } catch (error) {
        const reason = databaseReason(inputs.url, error);
        console.log(`note: ${subject} was not compared with the declared tables: ${reason}. up compares them again`);
        return [];
    }
}

/** Lines of a plan: what changes, or with `manage: false` what to run. */
function changesOf(plan: TablesPlan, { manage }: Inputs): string[] {
    return manage ? plan.changes : sqlOf(plan).map((sql) => `${sql};`);
}

/** The statements that the declared tables need. */
function sqlOf({ transactions }: TablesPlan): string[] {
    return transactions.flat().flatMap(({ sql, optional }) => (optional ? [] : [sql]));
}

/** A changed address of the same database is an update that changes nothing there. */
export async function diff(_id: string, olds: Inputs, news: Inputs): Promise<{ changes: boolean; replaces: string[] }> {
    const keys = ["url", "ca", "publication", "tables", "signalTable", "manage", "lockSeconds"] as const;
    const differs = keys.some((key) => !isDeepStrictEqual(olds[key], news[key]));
    const plan = compared.get(keyOf(news));
    return {
        changes: differs || (plan !== undefined && sqlOf(plan).length > 0),
        replaces: olds.publication === news.publication ? [] : ["publication"],
    };
}

export async function create(inputs: Inputs): Promise<{ id: string; outs: Inputs }> {
    const id = `${placeOf(inputs.url)}/${inputs.publication}`;
    await settle(id, inputs, undefined);
    return { id, outs: inputs };
}

export async function update(id: string, olds: Inputs, news: Inputs): Promise<{ outs: Inputs }> {
    await settle(id, news, olds);
    return { outs: news };
}

async function settle(id: string, inputs: Inputs, olds: Inputs | undefined): Promise<void> {
    const spec = { ...inputs, leaving: leavingTables(olds, inputs) };
    const report = (line: string) => console.log(line);
    try {
        if (inputs.manage) {
            await settleTables(spec, report);
        } else {
            await requireTables(spec, report);
        }
    } catch (error) {
        if (!(error instanceof CaptureError)) throw error;
        const text = `publication ${inputs.publication} at ${placeOf(inputs.url)}: ${error.message}`;
        const reasons = [`${text}. The next "pulumi up" continues from here.`];
        // The next update must know all tables that may be in the publication
        const properties = { ...inputs, tables: { ...olds?.tables, ...inputs.tables } };
        // Pulumi would print the stack
        throw Object.assign(new Error(text), { stack: "", id, properties, reasons });
    }
}

async function requireTables(spec: CapturedTablesSpec, report: (line: string) => void): Promise<void> {
    const plan = await withRetries(spec.url, report, (deadline) => comparePlan(spec, deadline));
    const missing = sqlOf(plan);
    if (missing.length > 0 || plan.problems.length > 0) {
        const run = missing.length > 0 ? [`it is not as declared. Run as its owner: ${missing.join("; ")};`] : [];
        throw new CaptureError([...plan.problems, ...run].join("; "));
    }
}

/** The live state of the declared tables: one that has left the publication is left out, also from the inputs. */
export async function read(id: string, props: Inputs): Promise<{ id: string; props: Inputs; inputs: Inputs }> {
    const report = (line: string) => console.log(line);
    const { publication, tables } = await withRetries(props.url, report, (deadline) =>
        withDatabase(props, deadline, (client) => readCaptureState(client, props.publication, undefined)),
    );
    const live = Object.entries(props.tables).flatMap(([text, declared]): [string, DeclaredTable][] => {
        const name = parseTableName(text)!;
        if (name.table === undefined) {
            return publication.schemas.includes(name.schema) || hasMember(name.schema) ? [[text, declared]] : [];
        }
        const table = tables.find((one) => one.schema === name.schema && one.name === name.table);
        if (!table || !(table.isMember || publication.schemas.includes(table.schema))) return [];
        return [[text, declared.replicaIdentity === undefined ? declared : withIdentity(table.replicaIdentity)]];
    });
    function hasMember(schema: string): boolean {
        return tables.some((table) => table.isMember && table.schema === schema);
    }
    const seen = { ...props, tables: Object.fromEntries(live) };
    const { __provider, ...inputs } = seen as Inputs & { __provider?: unknown };
    return { id, props: seen, inputs };
}

function withIdentity(replicaIdentity: ReplicaIdentity): DeclaredTable {
    return { replicaIdentity };
}

/** Nothing is dropped: a source may still read the publication. */
async function remove(): Promise<void> {}
export { remove as delete };

/** Names that were declared before, for the same publication. */
function leavingTables(olds: Partial<Inputs> | undefined, { publication, tables }: Inputs): string[] {
    if (olds?.publication !== publication) return [];
    return Object.keys(olds.tables ?? {}).filter((name) => !Object.hasOwn(tables, name));
}

function keyOf(inputs: Inputs): string {
    return JSON.stringify([placeOf(inputs.url), inputs.publication, inputs.tables, inputs.signalTable, inputs.manage]);
}
