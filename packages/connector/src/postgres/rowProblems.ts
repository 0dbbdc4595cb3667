import type { Client } from "pg";
import type { CaptureProblem } from "./captureProblem";
import { elementsOf } from "./tableFilter";

/** A column whose values an event may not contain. */
export interface RowColumn {
    name: string;
    /** Name of its type in `pg_type`, of a domain that of its base type. */
    type: string;
    /** True: PostgreSQL can store its values outside the row (TOAST). */
    large: boolean;
    /** True: a generated column that the publication does not publish. */
    unpublished: boolean;
}

/** What decides which values the events of a captured table, or of a partition of one, contain. */
export interface CapturedRows {
    schema: string;
    name: string;
    /** `schema.table` in SQL. */
    sql: string;
    /** Columns that identify a row: all, those of an index, or none. Undefined: a partitioned table, or identity NOTHING. */
    identity?: "all" | "index" | "none";
    /** True: values are stored outside the rows now. */
    storesLarge: boolean;
    /** Columns with something to tell, in the table's order. */
    columns: RowColumn[];
}

/** What a publication publishes. */
export interface PublishedRows {
    /** True: updates or deletes. */
    changes: boolean;
    /** True: it can publish stored generated columns (PostgreSQL 18). */
    canPublishGenerated: boolean;
    /** Its name in SQL. */
    sql: string;
    tables: CapturedRows[];
}

/** Settings of a source that {@link rowProblems} reads. */
export const ROW_KEYS = [
    "column.include.list",
    "column.exclude.list",
    "decimal.handling.mode",
    "time.precision.mode",
    "unavailable.value.placeholder",
    "post.processors",
];

/**
 * Types for which Debezium 3.7 has a placeholder where an UPDATE does not contain the value (UnchangedToastedPlaceholder,
 * PostgresValueConverter). For other types it sends NULL, or fails if the column is NOT NULL.
 */
const WITH_PLACEHOLDER =
    /^_?(text|varchar|bpchar|json|jsonb|bytea)$|^(xml|hstore|citext|ltree|tsvector|[a-z0-9]+range)$|^_(int4|int8|uuid)$/;

/** More names do not fit a message. */
const MOST_NAMES = 5;

/** Problems of the rows of captured tables: changes that PostgreSQL refuses, and values that events do not contain. */
export function rowProblems(
    source: Record<string, string>,
    { tables, ...publication }: PublishedRows,
): CaptureProblem[] {
    const sent = tables.map((table) => ({ ...table, columns: table.columns.filter(columnFilter(source, table)) }));
    return [
        ...(publication.changes ? refused(sent.filter(({ identity }) => identity === "none")) : []),
        ...unavailable(
            source,
            sent.filter(({ identity }) => identity === "index"),
        ),
        ...notPublished(sent, publication),
    ];
}

function columnFilter(source: Record<string, string>, { schema, name }: CapturedRows): (column: RowColumn) => boolean {
    const matches = (key: string, column: string) =>
        elementsOf(source[key]).some(({ pattern }) => pattern?.test(`${schema}.${name}.${column}`));
    return ({ name: column }) =>
        !matches("column.exclude.list", column) &&
        (!("column.include.list" in source) || matches("column.include.list", column));
}

function refused(tables: CapturedRows[]): CaptureProblem[] {
    if (tables.length === 0) return [];
    const text = `captures ${names(tables)} without a primary key or other replica identity: PostgreSQL refuses each UPDATE and DELETE`;
    return [{ kind: "identity", text, remedy: `add a primary key, or run: ${fullIdentity(tables)}` }];
}

function unavailable(source: Record<string, string>, tables: CapturedRows[]): CaptureProblem[] {
    const hasPlaceholder = ({ type }: RowColumn) =>
        WITH_PLACEHOLDER.test(type) ||
        (type === "numeric" && source["decimal.handling.mode"] === "string") ||
        (type === "_date" && source["time.precision.mode"] !== "isostring");
    const withNulls = tables.filter(({ columns }) => columns.some((column) => column.large && !hasPlaceholder(column)));
    // Whoever sets the placeholder, or reads the values again, knows
    const isKnown = "unavailable.value.placeholder" in source || "post.processors" in source;
    const others = isKnown
        ? []
        : tables.filter(
              (table) => table.storesLarge && table.columns.some(({ large }) => large) && !withNulls.includes(table),
          );
    const problems: CaptureProblem[] = [];
    if (withNulls.length > 0) {
        const columns = columnNames(withNulls, (column) => column.large && !hasPlaceholder(column));
        const text = `captures ${columns}: of a large value (TOAST) that an UPDATE leaves unchanged, Debezium sends NULL`;
        problems.push({ kind: "nulls", text, remedy: `run: ${fullIdentity(withNulls)}` });
    }
    if (others.length > 0) {
        const columns = columnNames(others, ({ large }) => large);
        const text = `captures ${columns}: an UPDATE does not contain large values (TOAST) that it leaves unchanged`;
        const remedy = `run: ${fullIdentity(others)}; or set unavailable.value.placeholder if the consumers keep such values`;
        problems.push({ kind: "unavailable", text, remedy });
    }
    return problems;
}

function notPublished(
    tables: CapturedRows[],
    { sql, canPublishGenerated }: Omit<PublishedRows, "tables">,
): CaptureProblem[] {
    const incomplete = tables.filter(({ columns }) => columns.some(({ unpublished }) => unpublished));
    if (incomplete.length === 0) return [];
    const columns = columnNames(incomplete, ({ unpublished }) => unpublished);
    const publish = `, or run: ALTER PUBLICATION ${sql} SET (publish_generated_columns = stored)`;
    return [
        {
            kind: "generated",
            text: `captures ${columns}: generated columns arrive with a snapshot, and not with changes`,
            remedy: `add them to column.exclude.list${canPublishGenerated ? publish : ""}`,
        },
    ];
}

function columnNames(tables: CapturedRows[], isMeant: (column: RowColumn) => boolean): string {
    return few(tables.flatMap(({ sql, columns }) => columns.filter(isMeant).map(({ name }) => `${sql}.${name}`)));
}

function names(tables: CapturedRows[]): string {
    return few(tables.map(({ sql }) => sql));
}

function few(list: string[]): string {
    const more = list.length - MOST_NAMES;
    return `${list.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function fullIdentity(tables: CapturedRows[]): string {
    return tables.map(({ sql }) => `ALTER TABLE ${sql} REPLICA IDENTITY FULL`).join("; ");
}

/** Reads these tables, by their object ids. PostgreSQL 13 and newer. It waits for no lock of a table. */
export async function readRows(client: Client, publication: string, ids: string[]): Promise<PublishedRows> {
    const { rows: heads } = await client.query<Omit<PublishedRows, "tables">>(
        "select coalesce(p.pubupdate or p.pubdelete, false) as changes, to_jsonb(p) ? 'pubgencols' as \"canPublishGenerated\"," +
            " quote_ident($1) as sql from (select) one left join pg_publication p on p.pubname = $1",
        [publication],
    );
    const { rows: tables } = await client.query<CapturedRows>(
        "select n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as sql," +
            " case when c.relkind = 'p' or c.relreplident = 'n' then null when c.relreplident = 'f' then 'all' when i.indkey is null then 'none'" +
            " else 'index' end as identity, a.columns," +
            ' coalesce(t.relpages > 0 or pg_stat_get_live_tuples(t.oid) > 0, false) as "storesLarge"' +
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_class t on t.oid = c.reltoastrelid" +
            " left join pg_index i on i.indrelid = c.oid" +
            " and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident end" +
            // Servers before 18 publish no generated column, and some list them all the same
            " left join lateral (select case when current_setting('server_version_num')::int >= 180000" +
            " then to_jsonb(p) -> 'attnames' else '[]' end as published from pg_publication_tables p" +
            " where p.pubname = $1 and p.schemaname = n.nspname and p.tablename = c.relname) p on true" +
            " cross join lateral (select coalesce(jsonb_agg(one order by attnum), '[]') as columns from (" +
            "select a.attnum, a.attname as name, b.typname as type, t.oid is not null and a.attstorage <> 'p'" +
            " and b.typtype not in ('c', 'm') and b.typcategory <> 'G'" +
            // Values of the identity are sent in any case
            " and coalesce(a.attnum <> all(i.indkey::int2[]), true) as large," +
            " a.attgenerated <> '' and p.published is not null and not p.published ? a.attname as unpublished" +
            " from pg_attribute a join pg_type y on y.oid = a.atttypid" +
            " join pg_type b on b.oid = coalesce(nullif(y.typbasetype, 0), y.oid)" +
            " where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) one where one.large or one.unpublished) a" +
            " where c.oid = any($2::oid[]) order by 1, 2",
        [publication, ids],
    );
    return { ...heads[0]!, tables };
}
