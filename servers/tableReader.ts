import { connectionOf, type DatabaseAccess } from "@connect-cdc/connector/postgres";
import { Client, escapeIdentifier, type QueryResultRow } from "pg";

/** A table that a publication publishes, under this name. */
export interface PublishedTable {
    schema: string;
    name: string;
    /** The publication's condition for rows, in SQL (PostgreSQL 15 and newer); null: all rows. */
    rowFilter: string | null;
    /** Rows by the server's own statistics; -1: not known. */
    estimatedRows: number;
}

/** A column, with its type as `pg_type` and `pg_attribute` have it. Domains are resolved to their base types. */
export interface TableColumn {
    name: string;
    /** As in SQL: `numeric(12,3)`. */
    type: string;
    /** `typname` and `typtype`; of an array those of its elements. */
    baseType: string;
    kind: string;
    /** `atttypmod`; -1: none. */
    modifier: number;
    isArray: boolean;
    inPrimaryKey: boolean;
}

/** Rows of a table as one query saw them. */
export interface TableChunk {
    /** `pg_current_snapshot()` of the query. */
    snapshot: string;
    /** The text of each expression. */
    rows: (string | null)[][];
}

/** What {@link TableReader.chunks} reads. */
export interface ChunkRequest {
    table: PublishedTable;
    columns: TableColumn[];
    /** SQL expressions, one for each column of the rows. */
    expressions: string[];
    /** Most rows of a chunk. */
    maxRows: number;
}

/** Text of a chunk, about, bytes: a chunk of large rows has fewer of them. */
const CHUNK_BYTES = 8 * 2 ** 20;
const FIRST_ROWS = 500;
const asText = { getTypeParser: () => (text: string) => text };

/** Reads published tables. Nothing is written, and no transaction lasts longer than a chunk of a table with a primary key. */
export class TableReader {
    private constructor(private readonly client: Client) {}

    /**
     * @param settings session settings.
     */
    static async open(database: DatabaseAccess, settings: Record<string, string>): Promise<TableReader> {
        const client = new Client({
            ...connectionOf(database),
            connectionTimeoutMillis: 5000,
            application_name: "connect-cdc reconcile",
        });
        // A broken connection fails the query. An error event without a listener would end the process
        client.on("error", () => undefined);
        await client.connect();
        const reader = new TableReader(client);
        for (const [name, value] of Object.entries({ ...settings, default_transaction_read_only: "on" })) {
            await client.query("select set_config($1, $2, false)", [name, value]);
        }
        return reader;
    }

    async close(): Promise<void> {
        await this.client.end();
    }

    /** The tables of a publication, by name. With `publish_via_partition_root` those are roots, otherwise partitions. */
    async publishedTables(publication: string): Promise<PublishedTable[]> {
        const { rows } = await this.client.query<{ schema: string; name: string; filter: string | null; rows: number }>(
            "select t.schemaname as schema, t.tablename as name, to_jsonb(t) ->> 'rowfilter' as filter," +
                " (select coalesce(sum(nullif(p.reltuples, -1)), -1)::float8 from pg_class p where p.oid = c.oid" +
                " or p.oid in (select relid from pg_partition_tree(c.oid) where isleaf)) as rows" +
                " from pg_publication_tables t join pg_namespace n on n.nspname = t.schemaname" +
                " join pg_class c on c.relnamespace = n.oid and c.relname = t.tablename" +
                " where t.pubname = $1 order by 1, 2",
            [publication],
        );
        return rows.map(({ schema, name, filter, rows: estimatedRows }) => ({
            schema,
            name,
            rowFilter: filter,
            estimatedRows,
        }));
    }

    /** Columns in their order. Throws when the table does not exist. */
    async columns(table: PublishedTable): Promise<TableColumn[]> {
        const { rows } = await this.client.query<TableColumn>(
            "with recursive base (attnum, name, type, oid, modifier, relid) as (" +
                " select attnum, attname::text, format_type(atttypid, atttypmod), atttypid, atttypmod, attrelid" +
                " from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped" +
                " union all" +
                " select b.attnum, b.name, b.type, t.typbasetype, greatest(t.typtypmod, b.modifier), b.relid" +
                " from base b join pg_type t on t.oid = b.oid where t.typtype = 'd')" +
                ' select b.name, b.type, coalesce(e.typname, t.typname)::text as "baseType",' +
                ' coalesce(e.typtype, t.typtype)::text as kind, b.modifier, e.oid is not null as "isArray",' +
                ' coalesce(b.attnum = any (i.indkey), false) as "inPrimaryKey"' +
                " from base b join pg_type t on t.oid = b.oid" +
                " left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'" +
                " left join pg_index i on i.indrelid = b.relid and i.indisprimary" +
                " where t.typtype <> 'd' order by b.attnum",
            [sqlName(table)],
        );
        return rows;
    }

    /** Where the server's log ends now: every change that any query has seen so far is before it. */
    async position(): Promise<bigint> {
        return this.bigint("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as position");
    }

    /** The position up to which the reader of a slot has confirmed all changes; undefined: no such slot. */
    async confirmedPosition(slot: string): Promise<bigint | undefined> {
        const { rows } = await this.client.query<{ position: string | null }>(
            "select confirmed_flush_lsn - '0/0'::pg_lsn as position from pg_replication_slots where slot_name = $1",
            [slot],
        );
        const text = rows[0]?.position ?? undefined;
        return text === undefined ? undefined : BigInt(text);
    }

    /** `pg_current_snapshot()`. */
    async snapshot(): Promise<string> {
        const { rows } = await this.client.query<{ snapshot: string }>(
            "select pg_current_snapshot()::text as snapshot",
        );
        return rows[0]!.snapshot;
    }

    /**
     * All rows of a table in chunks. Each chunk is one query, in the order of the primary key from the last row on. A table without
     * a primary key is read in one transaction with one snapshot.
     */
    async *chunks(request: ChunkRequest): AsyncGenerator<TableChunk> {
        const size = new ChunkSize(request.maxRows);
        const key = request.columns.filter(({ inPrimaryKey }) => inPrimaryKey);
        if (key.length === 0) return yield* this.wholeTable(request, size);

        const qualified = key.map(({ name }) => `t.${escapeIdentifier(name)}`);
        const names = qualified.join(", ");
        const count = request.expressions.length;
        let last: (string | null)[] | undefined;
        for (;;) {
            const after = key.map(({ type }, i) => `$${i + 1}::text::${type}`).join(", ");
            const conditions = [request.table.rowFilter, last && `(${names}) > (${after})`].filter(Boolean);
            const limit = size.rows;
            const sql =
                `select ${[...request.expressions, ...qualified].join(", ")} from ${sqlName(request.table)} as t` +
                (conditions.length > 0 ? ` where ${conditions.map((one) => `(${one})`).join(" and ")}` : "") +
                ` order by ${names} limit ${limit}`;
            const { snapshot, rows } = await this.inTransaction(() => this.rows(sql, last));
            last = rows.at(-1)?.slice(count);
            size.adapt(rows);
            yield { snapshot, rows };
            if (rows.length < limit) return;
        }
    }

    private async *wholeTable(request: ChunkRequest, size: ChunkSize): AsyncGenerator<TableChunk> {
        const { table, expressions } = request;
        const where = table.rowFilter === null ? "" : ` where ${table.rowFilter}`;
        await this.client.query("begin isolation level repeatable read");
        try {
            const snapshot = await this.snapshot();
            const sql = `select ${expressions.join(", ")} from ${sqlName(table)} as t${where}`;
            await this.client.query(`declare rows no scroll cursor for ${sql}`);
            for (;;) {
                const rows = await this.rows(`fetch ${size.rows} from rows`);
                if (rows.length === 0) return;
                size.adapt(rows);
                yield { snapshot, rows };
            }
        } finally {
            await this.client.query("rollback").catch(() => undefined);
        }
    }

    private async inTransaction(read: () => Promise<(string | null)[][]>): Promise<TableChunk> {
        await this.client.query("begin isolation level repeatable read");
        try {
            return { snapshot: await this.snapshot(), rows: await read() };
        } finally {
            await this.client.query("rollback").catch(() => undefined);
        }
    }

    private async rows(text: string, values: (string | null)[] = []): Promise<(string | null)[][]> {
        const { rows } = await this.client.query<(string | null)[]>({ text, values, rowMode: "array", types: asText });
        return rows;
    }

    private async bigint(sql: string): Promise<bigint> {
        const { rows } = await this.client.query<QueryResultRow>(sql);
        return BigInt(rows[0]!.position as string);
    }
}

/** Rows of the next chunk. It grows slowly, because the next rows may be larger. */
class ChunkSize {
    rows: number;

    constructor(private readonly maxRows: number) {
        this.rows = Math.min(FIRST_ROWS, maxRows);
    }

    adapt(chunk: (string | null)[][]): void {
        if (chunk.length === 0) return;
        let bytes = 0;
        for (const row of chunk) for (const text of row) bytes += text?.length ?? 0;
        const fitting = Math.floor(CHUNK_BYTES / Math.max(1, bytes / chunk.length));
        this.rows = Math.max(1, Math.min(this.maxRows, fitting, 4 * this.rows));
    }
}

function sqlName({ schema, name }: PublishedTable): string {
    return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}
