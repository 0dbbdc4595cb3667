import { CapturedTables } from "@connect-cdc/connector";
import * as pulumi from "@pulumi/pulumi";
import { SourceDatabase } from "./sourceDatabase";

/** A list of captured tables to declare. */
export interface TableListDeclaration {
    /** The connector that the list belongs to; undefined: it is the list of the database. */
    owner: string | undefined;
    /** Tables by name. */
    tables: Record<string, { replicaIdentity?: "default" | "full" | "nothing" | { index: string } }>;
    publication: string;
    /** The stack's own database, or the secret with the URL of another one; undefined: nothing is declared. */
    url: "own" | { secret: string } | undefined;
    /** False: the database is only compared with the list. */
    manage: boolean;
    /** Sources that read the publication. */
    sources: { name: string }[];
}

/** Arguments of {@link declareTables}. */
export interface TablesArgs {
    /** Undefined: the database is not the stack's own. */
    database?: SourceDatabase;
    /** Table that snapshots are asked for in. Default: none. */
    signalTable?: string;
    /** Secrets by name. */
    secrets: Record<string, pulumi.Output<string>>;
}

/** Declares what the databases need for each list. Returns what each source must wait for, by the name of the source. */
export function declareTables(lists: TableListDeclaration[], args: TablesArgs): Record<string, pulumi.Resource> {
    return Object.fromEntries(
        lists.flatMap((list) => {
            const resource = declareList(list, args);
            return resource ? list.sources.map(({ name }): [string, pulumi.Resource] => [name, resource]) : [];
        }),
    );
}

function declareList(list: TableListDeclaration, { database, signalTable, secrets }: TablesArgs) {
    const { owner, publication, url, manage } = list;
    if (url === undefined) return undefined;
    const tables = Object.entries(list.tables).map(([name, { replicaIdentity }]) => [name, { replicaIdentity }]);
    return new CapturedTables(
        // No list of a connector has this name
        owner === undefined ? "tables" : `${owner}-tables`,
        {
            url: url === "own" ? database!.url : secrets[url.secret]!,
            publication,
            tables: Object.fromEntries(tables),
            signalTable,
            manage,
        },
        // What the list made in the stack's own database disappears with it
        url === "own" ? { dependsOn: database!.ready, deletedWith: database } : {},
    );
}
