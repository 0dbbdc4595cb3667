import { Deadline } from "../client/clock";
import type { CaptureProblem } from "./captureProblem";
import type { DatabaseTable, Publication, ReplicaIdentity } from "./captureState";
import type { DatabaseAccess } from "./databaseUrl";
import { postgresSource } from "./postgresSource";
import { readPublication } from "./readCaptureState";
import { withDatabase } from "./replicationSlot";
import { readRows, ROW_KEYS, rowProblems } from "./rowProblems";
import { FILTER_KEYS, type ListElement, tableFilter } from "./tableFilter";

const CAPTURE_KEYS = [
    "database.dbname",
    "plugin.name",
    "publication.name",
    "publication.autocreate.mode",
    ...FILTER_KEYS,
    ...ROW_KEYS,
];

/** Settings of a Debezium PostgreSQL source that select its changes. None of them is a secret. */
export function captureSettings(config: Record<string, string>): Record<string, string> {
    return Object.fromEntries(CAPTURE_KEYS.filter((key) => key in config).map((key) => [key, config[key]!]));
}

/**
 * Compares the tables that sources capture with their publications.
 *
 * @param sources settings of each source, all of this database.
 * @param planned what is about to change about tables. Default: nothing.
 * @returns problems of each source, in the order of the sources.
 * @throws Error when the database does not answer or refuses.
 */
export async function findCaptureProblems(
    sources: Record<string, string>[],
    database: string | DatabaseAccess,
    deadline: Deadline,
    planned: PlannedTables = () => undefined,
): Promise<CaptureProblem[][]> {
    if (sources.length === 0) return [];
    return withDatabase(database, deadline, async (client) => {
        const found: CaptureProblem[][] = [];
        for (const source of sources) {
            const name = postgresSource(source).publication;
            const now = await readPublication(client, name);
            const publication = afterPlan(now, planned);
            const rows = capturedRows(source, publication);
            const full = sqlOfFull(rows, publication, planned);
            const read = await readRows(
                client,
                name,
                rows.map(({ id }) => id),
            );
            const tables = read.tables.map((table) =>
                full.has(table.sql) ? { ...table, identity: "all" as const } : table,
            );
            found.push([...captureProblems(source, publication), ...rowProblems(source, { ...read, tables })]);
        }

        return found;
    });
}

/** A table that is about to be published, and its new replica identity, if that changes, too; undefined for other tables. */
export type PlannedTables = (schema: string, table: string) => { replicaIdentity?: ReplicaIdentity } | undefined;

function afterPlan(publication: Publication, planned: PlannedTables): Publication {
    const tables = publication.tables.map((table) => {
        return { ...table, published: table.published || planned(table.schema, table.name) !== undefined };
    });
    return { ...publication, exists: publication.exists || tables.some((table) => table.published), tables };
}

/** Tables that are about to have REPLICA IDENTITY FULL, in SQL. Partitions get that of their root. */
function sqlOfFull(rows: DatabaseTable[], { tables }: Publication, planned: PlannedTables): Set<string> {
    const isFull = ({ schema, name }: DatabaseTable) => planned(schema, name)?.replicaIdentity === "full";
    const ids = new Set(tables.filter(isFull).map(({ id }) => id));
    return new Set(
        rows.filter(({ id, ancestors }) => [id, ...ancestors].some((one) => ids.has(one))).map(({ sql }) => sql),
    );
}

/** The tables whose changes a source captures, and the partitions whose changes it captures under their names or others. */
export function capturedRows(source: Record<string, string>, { tables }: Publication): DatabaseTable[] {
    const filter = tableFilter(source);
    if (!filter || source["plugin.name"] !== "pgoutput") return [];
    const captured = tables.filter(({ schema, name, published }) => published && filter.captures(schema, name));
    const ids = new Set(captured.map(({ id }) => id));
    return tables.filter(({ id, ancestors }) => [id, ...ancestors].some((one) => ids.has(one)));
}

/** Problems of the tables that a source captures with their publication. */
export function captureProblems(source: Record<string, string>, publication: Publication): CaptureProblem[] {
    const filter = tableFilter(source);
    const autocreate = source["publication.autocreate.mode"] ?? "all_tables";
    // Other plugins have no publications, and in the mode filtered Debezium maintains its publication itself
    if (!filter || source["plugin.name"] !== "pgoutput" || autocreate === "filtered") return [];
    const { tables } = publication;
    const captured = tables.filter(({ schema, name }) => filter.captures(schema, name));
    const changes = publishedChanges(captured, tables);
    return [
        ...(publication.exists || autocreate === "disabled" ? unpublished(changes, publication) : []),
        ...renamed(changes, publication),
        ...missing(filter.included.filter((element) => !tables.some((table) => isMeant(element, table)))),
    ];
}

function isMeant({ pattern }: ListElement, { schema, name }: DatabaseTable): boolean {
    return pattern!.test(`${schema}.${name}`);
}

function missing(elements: ListElement[]): CaptureProblem[] {
    if (elements.length === 0) return [];
    return [
        {
            kind: "tables",
            text: `captures ${elements.map(({ text }) => text).join(", ")}, and the database has no such table`,
            remedy: "correct table.include.list, or create the table and add it to the publication",
        },
    ];
}

/** How the changes of a captured table are published. */
interface PublishedChanges {
    table: DatabaseTable;
    /** Tables that are not captured, and under whose names changes are published. */
    lost: DatabaseTable[];
    /** True: some of its changes are not published at all. */
    unpublished: boolean;
    /** True: all partitions are captured under their own names. */
    partsCaptured: boolean;
}

/** The published changes of each captured table that is not a partition of another one. */
function publishedChanges(captured: DatabaseTable[], tables: DatabaseTable[]): PublishedChanges[] {
    const byId = new Map(tables.map((table) => [table.id, table]));
    const ids = new Set(captured.map(({ id }) => id));
    const publishedAs = ({ id, ancestors }: DatabaseTable) =>
        [id, ...ancestors].flatMap((one) => byId.get(one) ?? []).findLast(({ published }) => published);
    const partsOf = new Map<string, DatabaseTable[]>();
    for (const part of tables.filter(({ partitioned }) => !partitioned)) {
        for (const id of [part.id, ...part.ancestors]) partsOf.set(id, [...(partsOf.get(id) ?? []), part]);
    }

    return captured
        .filter(({ ancestors }) => !ancestors.some((id) => ids.has(id)))
        .map((table) => {
            const parts = partsOf.get(table.id) ?? [];
            const names = parts.map(publishedAs);
            return {
                table,
                lost: [...new Set(names)].filter((name) => name !== undefined).filter(({ id }) => !ids.has(id)),
                unpublished: names.includes(undefined),
                partsCaptured: parts.every(({ id }) => ids.has(id)),
            };
        });
}

function unpublished(changes: PublishedChanges[], { sql, exists, viaRoot }: Publication): CaptureProblem[] {
    const missing = changes.filter((one) => one.unpublished);
    if (missing.length === 0) return [];
    const list = missing.map(({ table }) => table.sql).join(", ");
    const needsRoot = !viaRoot && missing.some(({ partsCaptured }) => !partsCaptured);
    const add = exists
        ? `ALTER PUBLICATION ${sql} ADD TABLE ${list}${needsRoot ? `; ${viaRootSql(sql, true)}` : ""}`
        : `CREATE PUBLICATION ${sql} FOR TABLE ${list}${needsRoot ? " WITH (publish_via_partition_root = true)" : ""}`;
    const reason = exists ? `which publication ${sql} does not contain` : `but publication ${sql} does not exist`;
    return [
        {
            kind: "publication",
            text: `captures ${list}, ${reason}: no change of ${missing.length > 1 ? "them" : "it"} arrives`,
            remedy: `run: ${add}`,
        },
    ];
}

function renamed(changes: PublishedChanges[], { sql }: Publication): CaptureProblem[] {
    const isPart = ({ table }: PublishedChanges, name: DatabaseTable) => name.ancestors.includes(table.id);
    const split = changes.filter((one) => one.lost.some((name) => isPart(one, name)));
    const joined = changes.filter((one) => one.lost.some((name) => !isPart(one, name)));
    const list = (some: PublishedChanges[]) => some.map(({ table }) => table.sql).join(", ");
    const roots = [...new Set(joined.flatMap(({ lost }) => lost.map((table) => table.sql)))].join(", ");
    const problems: CaptureProblem[] = [];
    if (split.length > 0) {
        problems.push({
            kind: "partitions",
            text: `captures ${list(split)}, but publication ${sql} publishes the changes under the names of the partitions`,
            remedy: `run: ${viaRootSql(sql, true)}`,
        });
    }
    if (joined.length > 0) {
        problems.push({
            kind: "root",
            text: `captures ${list(joined)}, but publication ${sql} publishes the changes under the name of ${roots}`,
            remedy: `capture ${roots} instead, or run: ${viaRootSql(sql, false)}`,
        });
    }
    return problems;
}

function viaRootSql(publication: string, value: boolean): string {
    return `ALTER PUBLICATION ${publication} SET (publish_via_partition_root = ${value})`;
}
