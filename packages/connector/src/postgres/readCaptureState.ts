import type { Client } from "pg";
import {
    type CaptureState,
    type DatabaseTable,
    type Publication,
    SCHEMAS_SINCE,
    type TableState,
} from "./captureState";
import type { TableName } from "./tableName";

type Server = Pick<CaptureState, "version" | "database" | "role" | "isSuperuser" | "mayCreate">;

type Details = Omit<TableState, keyof DatabaseTable | "replicaIdentity"> & {
    id: string;
    identity: "d" | "f" | "n" | "i";
    identityIndex: string | null;
};

const IDENTITIES = { d: "default", f: "full", n: "nothing" } as const;

/** Reads what a publication publishes, and what of its database it could. PostgreSQL 13 and newer. */
export async function readCaptureState(
    client: Client,
    publication: string,
    signalTable: TableName | undefined,
): Promise<CaptureState> {
    const first = async <T extends object>(sql: string, values: unknown[] = []) =>
        (await client.query<T>(sql, values)).rows[0]!;
    const server = await first<Server>(
        "select current_setting('server_version_num')::int as version, current_user::text as role," +
            " current_database() as database," +
            ' (select rolsuper from pg_roles where rolname = current_user) as "isSuperuser",' +
            " has_database_privilege(current_database(), 'CREATE') as \"mayCreate\"",
    );
    const hasSchemas = server.version >= SCHEMAS_SINCE;
    const { tables, ...head } = await readPublication(client, publication);
    const more = await first<Omit<CaptureState["publication"], keyof Publication>>(
        "select coalesce(p.puballtables, false) as \"allTables\", coalesce(pg_get_userbyid(p.pubowner), '') as owner," +
            " coalesce(pg_has_role(p.pubowner, 'USAGE'), false) as \"isOwned\"," +
            " concat_ws(', ', case when pubinsert then 'insert' end, case when pubupdate then 'update' end," +
            " case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end) as publish, " +
            (hasSchemas
                ? "array(select n.nspname::text from pg_publication_namespace m join pg_namespace n on n.oid = m.pnnspid" +
                  " where m.pnpubid = p.oid)"
                : "array[]::text[]") +
            " as schemas from (select) one left join pg_publication p on p.pubname = $1",
        [publication],
    );
    const { rows: details } = await client.query<Details>(
        'select c.oid::text as id, m.prrelid is not null as "isMember", ' +
            (hasSchemas ? "(m.prqual is not null or m.prattrs is not null)" : "false") +
            ' as "isFiltered", pg_get_userbyid(c.relowner) as owner, pg_has_role(c.relowner, \'USAGE\') as "isOwned",' +
            " c.relpersistence <> 'p' as unlogged, coalesce(i.primaries, false) as \"hasPrimaryKey\"," +
            ' coalesce(i.keys, false) as "hasKey", c.relreplident as identity, i.identity as "identityIndex",' +
            " coalesce(i.candidates, '{}') as \"identityIndexes\"" +
            " from pg_class c" +
            " left join pg_publication_rel m on m.prrelid = c.oid" +
            " and m.prpubid = (select oid from pg_publication where pubname = $1)" +
            " left join lateral (select bool_or(x.indisprimary) as primaries, bool_or(x.indpred is null) as keys," +
            " max(ic.relname::text) filter (where x.indisreplident) as identity," +
            " array_agg(ic.relname::text order by ic.relname) filter (where x.indimmediate and x.indpred is null" +
            " and not exists (select from unnest(x.indkey::int2[]) with ordinality k (attnum, at)" +
            " left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum" +
            " where k.at <= x.indnkeyatts and not coalesce(a.attnotnull, false))) as candidates" +
            " from pg_index x join pg_class ic on ic.oid = x.indexrelid" +
            " where x.indrelid = c.oid and x.indisunique and x.indisvalid and x.indexprs is null) i on true" +
            " where c.relkind in ('r', 'p')",
        [publication],
    );
    const { rows: otherRelations } = await client.query<CaptureState["otherRelations"][number]>(
        "select n.nspname as schema, c.relname as name, case c.relkind when 'f' then 'a foreign table' else 'a view' end as kind" +
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace" +
            " where c.relkind in ('v', 'm', 'f') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'",
    );
    const { rows: schemas } = await client.query<CaptureState["schemas"][number]>(
        "select nspname as name, quote_ident(nspname) as sql, has_schema_privilege(oid, 'CREATE') as \"mayCreate\" from pg_namespace where nspname !~ '^pg_'",
    );
    const columns = signalTable && (await signalColumns(client, signalTable));
    const byId = new Map(details.map((detail) => [detail.id, detail]));
    return {
        ...server,
        publication: { ...head, ...more },
        tables: tables.flatMap((table) => {
            const detail = byId.get(table.id);
            if (!detail) return [];
            const { identity, identityIndex, ...rest } = detail;
            // An index that was dropped leaves the table without an identity
            const replicaIdentity =
                identity === "i"
                    ? identityIndex === null
                        ? "nothing"
                        : { index: identityIndex }
                    : IDENTITIES[identity];
            return [{ ...table, ...rest, replicaIdentity }];
        }),
        otherRelations,
        schemas,
        ...(columns && { signalTable: columns }),
    };
}

async function signalColumns(client: Client, { schema, table }: TableName): Promise<CaptureState["signalTable"]> {
    const { rows } = await client.query<NonNullable<CaptureState["signalTable"]>>(
        "select (select count(*)::int from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)" +
            ' as columns, exists(select from pg_index x where x.indrelid = c.oid and x.indisprimary) as "hasPrimaryKey"' +
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace" +
            " where n.nspname = $1 and c.relname = $2 and c.relkind = 'r'",
        [schema, table],
    );
    return rows[0];
}

/** The tables of a publication are roots or partitions, depending on `publish_via_partition_root`. PostgreSQL 13 and newer. */
export async function readPublication(client: Client, name: string): Promise<Publication> {
    const { rows: heads } = await client.query<Omit<Publication, "tables">>(
        'select quote_ident($1) as sql, p.oid is not null as exists, coalesce(p.pubviaroot, false) as "viaRoot"' +
            " from (select) one left join pg_publication p on p.pubname = $1",
        [name],
    );
    const { rows: tables } = await client.query<DatabaseTable>(
        "select c.oid::text as id, n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as sql," +
            " c.relkind = 'p' as partitioned, t.tablename is not null as published," +
            " case when c.relispartition then array(" +
            "select a.relid::oid::text from pg_partition_ancestors(c.oid) a where a.relid <> c.oid" +
            ") else '{}' end as ancestors" +
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace" +
            " left join (select distinct schemaname, tablename from pg_publication_tables where pubname = $1) t" +
            " on t.schemaname = n.nspname and t.tablename = c.relname" +
            " where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' order by 2, 3",
        [name],
    );
    return { ...heads[0]!, tables };
}
