import { CapturedTables, Connector, TableSnapshots } from "@connect-cdc/connector";
import { authOf, type Credentials } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import { ConnectCluster } from "./connectCluster";
import { SourceDatabase } from "./sourceDatabase";

/** A list of captured tables to declare. */
export interface TableListDeclaration {
    /** The connector that the list belongs to; undefined: it is the list of the database. */
    owner: string | undefined;
    /** Tables by name. */
    tables: Record<
        string,
        {
            snapshot?: "incremental" | "blocking" | "none";
            replicaIdentity?: "default" | "full" | "nothing" | { index: string };
        }
    >;
    publication: string;
    /** The stack's own database, or the secret with the URL of another one; undefined: nothing is declared. */
    url: "own" | { secret: string } | undefined;
    /** False: the database is only compared with the list. */
    manage: boolean;
    /** Sources that read the publication. */
    sources: { name: string }[];
    /** Those of them whose tables follow from the list. */
    followers: { name: string; entry: { name?: string } }[];
}

/** Arguments of {@link declareTables}. */
export interface TablesArgs {
    /** Undefined: the database is not the stack's own. */
    database?: SourceDatabase;
    /** PEM of the authorities of a database that is not the stack's own. Default: no TLS. */
    databaseCa?: string;
    /** Table that snapshots are asked for in. Default: none. */
    signalTable?: string;
    /** Secrets by name. */
    secrets: Record<string, pulumi.Output<string>>;
}

/** Declares what the databases need for each list. Returns what each source must wait for, by the name of the source. */
export function declareTables(lists: TableListDeclaration[], args: TablesArgs): Record<string, pulumi.Resource> {
    // Lists of one database share the signal table. Two that make it at once would fail
    const firsts = new Map<string, CapturedTables>();
    return Object.fromEntries(
        lists.flatMap((list) => {
            const place = JSON.stringify(list.url ?? "");
            const resource = declareList(list, args, firsts.get(place));
            if (resource && !firsts.has(place)) firsts.set(place, resource);
            return resource ? list.sources.map(({ name }): [string, pulumi.Resource] => [name, resource]) : [];
        }),
    );
}

function declareList(
    list: TableListDeclaration,
    args: TablesArgs,
    first: CapturedTables | undefined,
): CapturedTables | undefined {
    const { database, signalTable } = args;
    const { owner, publication, url, manage } = list;
    if (url === undefined) return undefined;
    const tables = Object.entries(list.tables).map(([name, { replicaIdentity }]) => [name, { replicaIdentity }]);
    return new CapturedTables(
        // No list of a connector has this name
        owner === undefined ? "tables" : `${owner}-tables`,
        {
            ...accessTo(url, args),
            publication,
            tables: Object.fromEntries(tables),
            signalTable,
            manage,
        },
        // What the list made in the stack's own database disappears with it
        {
            dependsOn: [url === "own" ? database!.ready : undefined, first].filter((one) => one !== undefined),
            ...(url === "own" && { deletedWith: database }),
        },
    );
}

/** Arguments of {@link declareSnapshots}. */
export interface SnapshotsArgs extends TablesArgs {
    connect: ConnectCluster;
    /** Credentials for the workers. Default: they take plain requests. */
    credentials?: pulumi.Output<Credentials>;
    /** Sources by name. */
    connectors: Record<string, Connector>;
}

/** Declares that each source reads the existing rows of tables that are added to its list. */
export function declareSnapshots(lists: TableListDeclaration[], args: SnapshotsArgs): void {
    const { signalTable, connect, credentials, connectors } = args;
    const auth = credentials?.apply(authOf);
    for (const { url, manage, followers, tables } of lists) {
        if (url === undefined || signalTable === undefined || !manage) continue;
        for (const { name, entry } of followers) {
            const snapshots = Object.entries(tables).map(([table, { snapshot }]) => [table, { snapshot }]);
            new TableSnapshots(
                `${name}-snapshots`,
                {
                    ...accessTo(url, args),
                    signalTable,
                    connector: { name: entry.name ?? name, restUrls: connect.restUrls, auth },
                    tables: Object.fromEntries(snapshots),
                },
                // A source reads a signal when it captures the tables
                { dependsOn: connectors[name]!, deletedWith: connect },
            );
        }
    }
}

function accessTo(
    url: "own" | { secret: string },
    { database, databaseCa, secrets }: TablesArgs,
): { url: pulumi.Output<string>; ca?: pulumi.Input<string> } {
    return url === "own" ? { url: database!.url, ca: database!.ca } : { url: secrets[url.secret]!, ca: databaseCa };
}
