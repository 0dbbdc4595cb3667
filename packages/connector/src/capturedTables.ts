import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamicResource";
import type { ReplicaIdentity } from "./postgres/captureState";

/** Arguments of {@link CapturedTables}. */
export interface CapturedTablesArgs {
    /**
     * `postgresql://user:password@host:port/database`, reachable from where Pulumi runs. The role must own the tables and the
     * publication, or be a superuser; with `manage: false` any role will do. Kept as a secret.
     */
    url: pulumi.Input<string>;
    /**
     * PEM of the authorities that sign the database's certificate. With it the connection has TLS, and the certificate must have
     * the name of the URL's host, as with `sslmode=verify-full`. Default: no TLS, unless the URL has `sslmode`.
     */
    ca?: pulumi.Input<string>;
    /** Publication that the source reads (`publication.name`). Another name replaces the resource; the old one stays. */
    publication: pulumi.Input<string>;
    /**
     * Tables to capture, by name: `cdc.customers`, or `sales.*` for all tables of a schema. Upper and lower case count. A part
     * with a dot or a quote is quoted as in SQL: `"my.schema"."a.b"`. A table that is removed here leaves the publication. Tables
     * that others have added to the publication stay in it.
     */
    tables: pulumi.Input<Record<string, pulumi.Input<CapturedTableArgs>>>;
    /**
     * Table for signals to Debezium (`signal.data.collection`), which is created if it does not exist, and published. Snapshots of
     * single tables need it. Debezium's role needs the rights INSERT and DELETE on it. Default: none.
     */
    signalTable?: pulumi.Input<string>;
    /** False: nothing is changed; `up` fails with the SQL of what is missing. Default true. */
    manage?: pulumi.Input<boolean>;
    /**
     * Limit for the lock of a statement on a table, s (`lock_timeout`). While a statement waits for its lock, other statements on
     * the table wait, too. Default 5.
     */
    lockSeconds?: pulumi.Input<number>;
}

/** What a table, or each table of a schema, needs. */
export interface CapturedTableArgs {
    /**
     * `REPLICA IDENTITY`: the columns of the old row in an update or delete. `default`: the primary key; `full`: all columns;
     * `nothing`: none, and PostgreSQL refuses updates and deletes; `{ index }`: those of a unique index. It is set for each
     * partition, too. Default: not changed.
     */
    replicaIdentity?: pulumi.Input<ReplicaIdentity>;
}

/**
 * The tables that a Debezium PostgreSQL source captures: their publication, their replica identities and the table for signals
 * to Debezium. `up` runs only the statements that are missing; `preview` shows which tables come, go or change. For a
 * partitioned table the publication is set to publish changes under its name (`publish_via_partition_root`). The deletion of
 * this resource changes nothing in the database.
 */
export class CapturedTables extends DynamicResource {
    constructor(name: string, args: CapturedTablesArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "capturedTables",
            "CapturedTables",
            name,
            { manage: true, lockSeconds: 5, ...args, url: pulumi.secret(args.url) },
            pulumi.mergeOptions({ additionalSecretOutputs: ["url"] }, opts),
        );
    }
}
