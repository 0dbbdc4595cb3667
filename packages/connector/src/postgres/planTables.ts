import { isDeepStrictEqual } from "node:util";
import { isNear } from "../checks/nearest";
import { type CaptureState, type ReplicaIdentity, SCHEMAS_SINCE, type TableState } from "./captureState";
import { identifier, parseTableName, type TableName } from "./tableName";

/** What a table, or each table of a schema, needs. */
export interface DeclaredTable {
    /** Left out: not changed. */
    replicaIdentity?: ReplicaIdentity;
}

/** The tables that a publication must contain. */
export interface TablesDeclaration {
    publication: string;
    /** By name, as `parseTableName` reads it. */
    tables: Record<string, DeclaredTable>;
    /** Names that were declared before, and are no longer: they leave the publication. */
    leaving: string[];
    /** Table for signals to Debezium. Undefined: none. */
    signalTable?: string;
}

/** A statement of a plan. */
export interface Statement {
    sql: string;
    /** Tables that it locks, in SQL. */
    locks: string[];
    /** True: the declared tables do not need it, such as the removal of a table that has left. */
    optional?: boolean;
}

/** How a database becomes as declared. */
export interface TablesPlan {
    /** Statements by transaction. None: the database is as declared. */
    transactions: Statement[][];
    /** What changes, a line each: `+ cdc.orders`, `- cdc.items`, `~ cdc.customers: replica identity full`. */
    changes: string[];
    /** Reasons why the declared tables cannot be captured, or would make others' statements fail. Each has its remedy. */
    problems: string[];
    /** Rights that the role of the connection lacks for the statements. Each has its remedy. */
    missingRights: string[];
    /** What stays as it is, and should be known. */
    notes: string[];
}

/** What a publication must publish. A new one does not publish truncations, which a sink cannot apply. */
const PUBLISHED = ["insert", "update", "delete"];
const PUBLISH_SQL = "publish = 'insert, update, delete'";
const VIA_ROOT_SQL = "publish_via_partition_root = true";

/** A declared name, and the tables that it stands for. */
interface Declared {
    text: string;
    name: TableName;
    identity?: ReplicaIdentity;
    tables: TableState[];
}

/**
 * Compares declared tables with a database. It plans nothing for what is there in the right form, or what others have added.
 *
 * Replica identities come first, each in its own transaction: its lock on the table is exclusive. The locks of the publication do
 * not stop reads and writes.
 */
export function planTables(declaration: TablesDeclaration, state: CaptureState): TablesPlan {
    const { publication } = state;
    if (publication.allTables) {
        const text =
            `publication ${publication.sql} is FOR ALL TABLES, which no table can join or leave. ` +
            `Declare another publication, or run: DROP PUBLICATION ${publication.sql}`;
        return { transactions: [], changes: [], problems: [text], missingRights: [], notes: [] };
    }
    const { declared, problems } = resolve(declaration, state);
    const signal = declaration.signalTable === undefined ? undefined : planSignalTable(declaration.signalTable, state);
    const identities = planIdentities(declared, state);
    const membership = planMembership(declared, signal?.member, declaration, state);
    return {
        transactions: [
            ...identities.statements.map((statement) => [statement]),
            [...(signal?.statements ?? []), ...membership.statements],
        ].filter((statements) => statements.length > 0),
        changes: [...membership.changes, ...identities.changes, ...(signal?.changes ?? [])],
        problems: [...problems, ...keyProblems(declared, state), ...identities.problems, ...(signal?.problems ?? [])],
        missingRights: [...identities.missingRights, ...(signal?.missingRights ?? []), ...membership.missingRights],
        notes: membership.notes,
    };
}

/** Finds the tables of the declared names. A table's own entry has precedence over its schema's. */
function resolve({ tables }: TablesDeclaration, state: CaptureState): { declared: Declared[]; problems: string[] } {
    const problems: string[] = [];
    const all = Object.entries(tables).map(([text, { replicaIdentity: identity }]): Declared => {
        const name = parseTableName(text)!;
        const found = state.tables.filter((table) => isNamed(name, table));
        if (name.table !== undefined && found.length === 0) problems.push(missing(text, name, state));
        if (name.table === undefined && !state.schemas.some((schema) => schema.name === name.schema)) {
            problems.push(`schema ${name.schema} does not exist. Correct ${text}, or create the schema`);
        }
        return { text, name, identity, tables: found };
    });
    const own = new Set(
        all.filter(({ name }) => name.table !== undefined).flatMap(({ tables: [table] }) => table?.id ?? []),
    );
    const declared = all.map((one) => ({
        ...one,
        // The partitions of a table of the schema are published under its name
        tables:
            one.name.table === undefined
                ? one.tables.filter(({ id, ancestors }) => !own.has(id) && !hasAncestorIn(one.tables, ancestors))
                : one.tables,
    }));
    for (const { text, tables: found } of declared) {
        for (const { ancestors } of found) {
            const root = declared.flatMap((other) => other.tables).find(({ id }) => ancestors.includes(id));
            if (root) {
                problems.push(
                    `${text} is a partition of ${root.sql}, which is declared, too: its changes arrive as those of ${root.sql}. ` +
                        `Remove ${text}`,
                );
            }
        }
    }
    return { declared, problems };
}

function hasAncestorIn(tables: TableState[], ancestors: string[]): boolean {
    return tables.some(({ id }) => ancestors.includes(id));
}

function isNamed({ schema, table }: TableName, other: { schema: string; name: string }): boolean {
    return schema === other.schema && (table === undefined || table === other.name);
}

function missing(text: string, name: TableName, { tables, otherRelations }: CaptureState): string {
    const relation = otherRelations.find((other) => isNamed(name, other));
    if (relation) return `${text} is ${relation.kind}, and only tables are published. Remove it`;
    const full = `${name.schema}.${name.table}`;
    const near = tables.find((table) => isNear(full, `${table.schema}.${table.name}`));
    const hint = near ? `: did you mean ${near.schema}.${near.name}?` : ", or create the table";
    return `${text} does not exist in the database. Correct it${hint}`;
}

/** The partitions of a table on all levels. */
function partitionsOf({ id }: TableState, { tables }: CaptureState): TableState[] {
    return tables.filter(({ ancestors }) => ancestors.includes(id));
}

/** PostgreSQL refuses an update or delete of a published table when the old row has no identity. */
function keyProblems(declared: Declared[], state: CaptureState): string[] {
    return declared.flatMap(({ identity, tables }) =>
        tables.flatMap((table) => {
            if (table.unlogged) {
                return [`${table.sql} is unlogged, and cannot be published. Run: ALTER TABLE ${table.sql} SET LOGGED`];
            }
            // The identity of the tables that have the rows counts
            const own = [table, ...partitionsOf(table, state)].filter(({ partitioned }) => !partitioned);
            const hasNone = own.some((one) => {
                const kind = identity ?? one.replicaIdentity;
                return (kind === "default" && !one.hasPrimaryKey) || (kind === "nothing" && identity !== "nothing");
            });
            return hasNone
                ? [
                      `${table.sql} has no replica identity: each UPDATE and DELETE of it would fail as long as it is published. ` +
                          `Add a primary key, or set replicaIdentity: full. If its rows never change, set replicaIdentity: nothing`,
                  ]
                : [];
        }),
    );
}

/** Partitions do not inherit the replica identity. */
function planIdentities(declared: Declared[], state: CaptureState) {
    const statements: Statement[] = [];
    const changes: string[] = [];
    const problems: string[] = [];
    const missingRights: string[] = [];
    for (const { identity, tables, text } of declared) {
        for (const table of identity === undefined ? [] : tables) {
            const partitions = partitionsOf(table, state);
            if (
                typeof identity === "object" &&
                (table.partitioned || !table.identityIndexes.includes(identity.index))
            ) {
                problems.push(indexProblem(text, identity.index, table));
                continue;
            }
            const different = [table, ...partitions].filter(
                ({ replicaIdentity }) => !isDeepStrictEqual(replicaIdentity, identity),
            );
            const foreign = different.filter(({ isOwned }) => !isOwned);
            missingRights.push(...foreign.map((one) => notOwned(one, state)));
            statements.push(
                ...different.map(({ sql }) => ({
                    sql: `ALTER TABLE ${sql} REPLICA IDENTITY ${identitySql(identity!)}`,
                    locks: [sql],
                })),
            );
            if (different.length > 0) changes.push(`~ ${table.sql}: replica identity ${identityText(identity!)}`);
        }
    }
    return { statements, changes, problems, missingRights };
}

function indexProblem(text: string, index: string, { partitioned, identityIndexes }: TableState): string {
    if (partitioned) return `${text} is partitioned, and its partitions have other indexes. Set replicaIdentity: full`;
    const names =
        identityIndexes.length > 0 ? `use one of: ${identityIndexes.join(", ")}` : "set replicaIdentity: full";
    return `${text}: ${index} is no unique index of it on columns that are NOT NULL; ${names}`;
}

function identitySql(identity: ReplicaIdentity): string {
    return typeof identity === "string" ? identity.toUpperCase() : `USING INDEX ${identifier(identity.index)}`;
}

function identityText(identity: ReplicaIdentity): string {
    return typeof identity === "string" ? identity : `index ${identity.index}`;
}

function notOwned({ sql, owner }: TableState, { role }: CaptureState): string {
    return (
        `${sql} belongs to role ${owner}, and the URL has role ${role}. ` +
        `Write the owner's login in the URL, or run: GRANT ${identifier(owner)} TO ${identifier(role)}`
    );
}

/** The signal table as a member of the publication. */
interface SignalTable {
    sql: string;
    schema: string;
    isMember: boolean;
}

/** Columns as Debezium describes them ("Sending signals to a Debezium connector"). */
function planSignalTable(text: string, state: CaptureState) {
    const name = parseTableName(text)!;
    const existing = state.tables.find((table) => isNamed(name, table));
    if (existing) {
        const fits = state.signalTable?.columns === 3 && state.signalTable.hasPrimaryKey;
        const problem =
            `${existing.sql} is no signal table: it must have three columns (id, type, data) and a primary key. ` +
            `Name another one in signalTable`;
        return { member: existing, statements: [], changes: [], problems: fits ? [] : [problem], missingRights: [] };
    }
    const [schema, role] = [identifier(name.schema), identifier(state.role)];
    const member: SignalTable = { sql: `${schema}.${identifier(name.table!)}`, schema: name.schema, isMember: false };
    const inSchema = state.schemas.find((one) => one.name === name.schema);
    const columns = "id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048)";
    const create = `CREATE TABLE ${member.sql} (${columns})`;
    const remedy = inSchema
        ? `GRANT CREATE ON SCHEMA ${schema} TO ${role}`
        : `CREATE SCHEMA ${schema} AUTHORIZATION ${role}`;
    const may = inSchema ? inSchema.mayCreate : state.mayCreate;
    return {
        member,
        statements: [...(inSchema ? [] : [`CREATE SCHEMA ${schema}`]), create].map((sql) => ({ sql, locks: [] })),
        changes: [`+ table ${member.sql} for signals`],
        problems: [],
        missingRights: may
            ? []
            : [`role ${state.role} may not create signal table ${text}. Run as the owner: ${remedy}`],
    };
}

/** Members of a publication, in SQL. */
interface Members {
    tables: string[];
    schemas: string[];
}

function planMembership(
    declared: Declared[],
    signal: SignalTable | undefined,
    { leaving }: TablesDeclaration,
    state: CaptureState,
) {
    const { publication, tables } = state;
    const isWhole = ({ name }: Declared) => name.table === undefined && canJoin(name.schema, state);
    const wholeSchemas = declared.filter(isWhole).map(({ name }) => name.schema);
    const singles = declared.filter((one) => !isWhole(one)).flatMap((one) => one.tables);
    const left = leaving.flatMap((text) => parseTableName(text) ?? []);
    const leftSchemas = publication.schemas.filter(
        (schema) =>
            !wholeSchemas.includes(schema) && left.some((name) => name.table === undefined && name.schema === schema),
    );
    const covered = [...wholeSchemas, ...publication.schemas.filter((schema) => !leftSchemas.includes(schema))];
    const newTables = [...singles, ...(signal ? [signal] : [])]
        .filter(({ isMember, schema }) => !isMember && !covered.includes(schema))
        .map(({ sql }) => sql);
    const declaredIds = new Set(declared.flatMap((one) => one.tables.map(({ id }) => id)));
    const undeclared = tables.filter(
        ({ isMember, id, sql }) => isMember && !declaredIds.has(id) && sql !== signal?.sql,
    );
    const [leftTables, others] = [true, false].map((isLeft) =>
        undeclared.filter((table) => left.some((name) => isNamed(name, table)) === isLeft),
    );
    const schemaSql = (name: string) => state.schemas.find((schema) => schema.name === name)?.sql ?? identifier(name);
    const newSchemas = wholeSchemas.filter((schema) => !publication.schemas.includes(schema));
    const added = { tables: [...new Set(newTables)], schemas: newSchemas.map(schemaSql) };
    const removed = { tables: leftTables!.map(({ sql }) => sql), schemas: leftSchemas.map(schemaSql) };
    const needsRoot = !publication.viaRoot && declared.some((one) => one.tables.some(({ partitioned }) => partitioned));
    const publishes = publication.publish.split(", ");
    const publishesAll = PUBLISHED.every((change) => publishes.includes(change));
    const options = [...(publishesAll ? [] : [PUBLISH_SQL]), ...(needsRoot ? [VIA_ROOT_SQL] : [])];
    const statements = membershipStatements(publication, added, removed, options);
    const unowned = tables.filter(({ sql, isOwned }) => added.tables.includes(sql) && !isOwned);
    return {
        statements,
        changes: membershipChanges(publication, added, removed, options),
        missingRights: [
            ...(statements.length > 0 ? publicationRights(state) : []),
            ...unowned.map((table) => notOwned(table, state)),
        ],
        notes: [
            ...notesOn(
                others!,
                (names) => `also has ${names}, which was not declared, and stays in it`,
                publication.sql,
            ),
            ...notesOn(
                singles.filter(({ isFiltered }) => isFiltered),
                (names) => `has a row filter or a column list for ${names}, which stays`,
                publication.sql,
            ),
            ...declared
                .filter((one) => one.name.table === undefined && !isWhole(one))
                .map(
                    ({ text }) =>
                        `${text}: only a superuser can publish a schema as a whole, from PostgreSQL 15 on. ` +
                        "Tables that are made later join at the next up",
                ),
        ],
    };
}

function membershipStatements(
    { sql: name, exists }: CaptureState["publication"],
    added: Members,
    removed: Members,
    options: string[],
): Statement[] {
    const add = memberList(added);
    if (!exists) {
        const members = add === "" ? "" : `FOR ${add} `;
        const sql = `CREATE PUBLICATION ${name} ${members}WITH (${options.join(", ")})`;
        return [{ sql, locks: added.tables }];
    }
    const statements = [
        { sql: `SET (${options.join(", ")})`, isDue: options.length > 0, locks: [] },
        { sql: `ADD ${add}`, isDue: add !== "", locks: added.tables },
        {
            sql: `DROP ${memberList(removed)}`,
            isDue: memberList(removed) !== "",
            locks: removed.tables,
            optional: true,
        },
    ];
    return statements
        .filter(({ isDue }) => isDue)
        .map(({ sql, locks, optional }) => ({ sql: `ALTER PUBLICATION ${name} ${sql}`, locks, optional }));
}

function membershipChanges(
    { sql: name, exists }: CaptureState["publication"],
    added: Members,
    removed: Members,
    options: string[],
): string[] {
    const lines = (sign: string, { tables, schemas }: Members) =>
        [...schemas.map((schema) => `${schema}.*`), ...tables].map((member) => `${sign} ${member}`);
    return [
        ...(exists ? [] : [`+ publication ${name}`]),
        ...(exists && options.length > 0 ? [`~ publication ${name}: ${options.join(", ")}`] : []),
        ...lines("+", added),
        ...lines("-", removed),
    ];
}

function notesOn(tables: TableState[], text: (names: string) => string, publication: string): string[] {
    return tables.length > 0 ? [`publication ${publication} ${text(tables.map(({ sql }) => sql).join(", "))}`] : [];
}

/** True when the publication contains the schema as a whole, or can: this needs a superuser. */
function canJoin(schema: string, { version, isSuperuser, publication }: CaptureState): boolean {
    return publication.schemas.includes(schema) || (version >= SCHEMAS_SINCE && isSuperuser);
}

function memberList({ tables, schemas }: Members): string {
    return [
        ...(tables.length > 0 ? [`TABLE ${tables.join(", ")}`] : []),
        ...(schemas.length > 0 ? [`TABLES IN SCHEMA ${schemas.join(", ")}`] : []),
    ].join(", ");
}

function publicationRights({ publication, role, database, mayCreate }: CaptureState): string[] {
    const { sql, exists, owner, isOwned } = publication;
    if (exists && !isOwned) {
        return [
            `publication ${sql} belongs to role ${owner}, and the URL has role ${role}. ` +
                `Write the owner's login in the URL, or run: ALTER PUBLICATION ${sql} OWNER TO ${identifier(role)}`,
        ];
    }
    return exists || mayCreate
        ? []
        : [
              `role ${role} may not create publications. ` +
                  `Run as the database's owner: GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(role)}`,
          ];
}
