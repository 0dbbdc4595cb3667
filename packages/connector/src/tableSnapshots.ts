import * as pulumi from "@pulumi/pulumi";
import type { ConnectorAuthArgs } from "./connector";
import { DynamicResource } from "./dynamicResource";

/** Arguments of {@link TableSnapshots}. */
export interface TableSnapshotsArgs {
    /**
     * `postgresql://user:password@host:port/database`, reachable from where Pulumi runs. The role needs SELECT, INSERT and DELETE
     * on the signal table. Kept as a secret.
     */
    url: pulumi.Input<string>;
    /**
     * PEM of the authorities that sign the database's certificate. With it the connection has TLS, and the certificate must have
     * the name of the URL's host, as with `sslmode=verify-full`. Default: no TLS, unless the URL has `sslmode`.
     */
    ca?: pulumi.Input<string>;
    /** The source's `signal.data.collection`. The publication must contain it. */
    signalTable: pulumi.Input<string>;
    /** The source, and how to reach its workers. `auth` is kept as a secret. */
    connector: pulumi.Input<{
        name: pulumi.Input<string>;
        restUrls: pulumi.Input<pulumi.Input<string>[]>;
        auth?: pulumi.Input<ConnectorAuthArgs>;
    }>;
    /** The captured tables by name, as in `CapturedTables`. The rows of a table that is added here are read. */
    tables: pulumi.Input<Record<string, pulumi.Input<TableSnapshotArgs>>>;
    /** Limit of the snapshots of one `up`, s. They go on after it. Default 3600. */
    timeoutSeconds?: pulumi.Input<number>;
}

/** How the existing rows of a table are read when it is added to a running source. */
export interface TableSnapshotArgs {
    /**
     * `incremental`: in chunks, while changes go on. It needs a primary key and a name without blanks and dots. `blocking`: at once,
     * while changes wait; after a restart of its task Debezium does not continue it. `none`: not at all. Default `incremental`.
     */
    snapshot?: pulumi.Input<"incremental" | "blocking" | "none">;
}

/**
 * Reads the existing rows of tables that are added to a running Debezium PostgreSQL source. Its creation reads nothing: the
 * initial snapshot of a new source has the rows. An update sends one signal for all tables that came, and waits until the source
 * has read them. After an interruption the next `up` waits for the same snapshot.
 *
 * Declare it with `dependsOn` the connector: a source reads a signal when it captures the tables. Needs Connect 3.5, whose
 * offsets show the end of a snapshot.
 */
export class TableSnapshots extends DynamicResource {
    constructor(name: string, args: TableSnapshotsArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "tableSnapshots",
            "TableSnapshots",
            name,
            {
                timeoutSeconds: 3600,
                ...args,
                url: pulumi.secret(args.url),
                connector: pulumi.secret(args.connector),
            },
            pulumi.mergeOptions({ additionalSecretOutputs: ["url", "connector"] }, opts),
        );
    }
}
