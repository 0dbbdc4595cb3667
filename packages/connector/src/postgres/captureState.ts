/** A table or partition of a database. Its object id names it, as text. */
export interface DatabaseTable {
    id: string;
    schema: string;
    name: string;
    /** `schema.table` in SQL. */
    sql: string;
    /** True: its rows are in its partitions. */
    partitioned: boolean;
    /** Ids of the tables that a partition belongs to, the root last. */
    ancestors: string[];
    /** True: the publication publishes changes under this name. */
    published: boolean;
}

/** A publication and the tables of its database. */
export interface Publication {
    /** Its name in SQL. */
    sql: string;
    exists: boolean;
    /** `publish_via_partition_root`. */
    viaRoot: boolean;
    tables: DatabaseTable[];
}

/** `REPLICA IDENTITY` of a table: the columns of the old row that an update or delete contains. */
export type ReplicaIdentity = "default" | "full" | "nothing" | { index: string };

/** A table, and what matters for its publication. */
export interface TableState extends DatabaseTable {
    /** True: the publication names it. False: not at all, or only by its schema or a table that it is a partition of. */
    isMember: boolean;
    /** True: the publication has a row filter or a column list for it. */
    isFiltered: boolean;
    owner: string;
    /** True: the role of the connection has the rights of its owner. */
    isOwned: boolean;
    /** True: its changes are not logged. */
    unlogged: boolean;
    hasPrimaryKey: boolean;
    /** True: it has a primary key or another unique index, so that Debezium can read it in chunks. */
    hasKey: boolean;
    replicaIdentity: ReplicaIdentity;
    /** Names of the indexes that can be its replica identity. */
    identityIndexes: string[];
}

/** What a declaration of captured tables is compared with. */
export interface CaptureState {
    /** Version of PostgreSQL: 150006. */
    version: number;
    database: string;
    /** The role of the connection. */
    role: string;
    isSuperuser: boolean;
    /** True: the role may create publications and schemas. */
    mayCreate: boolean;
    publication: Omit<Publication, "tables"> & {
        allTables: boolean;
        owner: string;
        isOwned: boolean;
        /** What it publishes: `insert, update, delete`. */
        publish: string;
        /** Schemas that it contains as a whole. */
        schemas: string[];
    };
    tables: TableState[];
    /** Views and foreign tables, which cannot be published. */
    otherRelations: { schema: string; name: string; kind: string }[];
    /** Existing schemas, and whether the role may create tables in them. */
    schemas: { name: string; sql: string; mayCreate: boolean }[];
    /** The signal table; undefined when it does not exist. */
    signalTable?: { columns: number; hasPrimaryKey: boolean };
}

/** Publications contain schemas, row filters and column lists from this version on. */
export const SCHEMAS_SINCE = 150_000;
