import { isPostgresSource, postgresSource } from "@connect-cdc/connector/postgres";
import type { CompletedConnector, PlatformEndpoints } from "./completeConnector";
import { DEBEZIUM_POSTGRES_CLASS } from "./debeziumPostgres";
import { hasTableFilters, type TableListKeys, type Tables } from "./tables";

/** A list of tables, with the publication and the sources that it decides. */
export interface TableList {
    /** Section of the config that contains it: `database` or `connectors.<name>`. */
    section: string;
    /** The connector that it belongs to; undefined: it is the list of `database`. */
    owner: string | undefined;
    tables: Tables;
    publication: string;
    /** Where the database is; undefined: this program cannot reach it. */
    url: DatabaseUrl | undefined;
    /** False: the database is only compared with the list. */
    manage: boolean;
    /** Sources that read the publication. */
    sources: CompletedConnector[];
    /** Those of them whose `table.include.list` follows from the list. */
    followers: CompletedConnector[];
}

/** The stack's own database, or the name of the secret that holds the URL. */
type DatabaseUrl = "own" | { secret: string };

/** The parts of the stack config that lists of tables depend on. */
export interface TableListSettings {
    database?: TableListKeys & { managed: boolean; publication: string };
    completedConnectors?: CompletedConnector[];
}

/**
 * The lists of captured tables in the stack config.
 *
 * @param endpoint the database of the stack, as the workers reach it.
 */
export function tableLists(
    { database, completedConnectors = [] }: TableListSettings,
    endpoint: PlatformEndpoints["database"],
): TableList[] {
    if (!database || !endpoint) return [];
    const all = completedConnectors.filter(({ entry }) => isPostgresSource(entry.class));
    const stackUrl = database.managed ? "own" : database.tablesUrl;
    const shared = all.filter(
        (source) =>
            !source.entry.tables && readsDatabase(source, endpoint) && publicationOf(source) === database.publication,
    );
    const head = { section: "database", owner: undefined, publication: database.publication };
    return [
        ...listOf(database, { ...head, url: stackUrl, sources: shared }),
        ...all.flatMap((source) => {
            const { name: owner, entry } = source;
            const url = entry.tablesUrl ?? (readsDatabase(source, endpoint) ? stackUrl : undefined);
            const publication = publicationOf(source);
            return listOf(entry, { section: `connectors.${owner}`, owner, publication, url, sources: [source] });
        }),
    ];
}

function listOf(
    { tables, manageTables }: TableListKeys,
    rest: Omit<TableList, "tables" | "manage" | "followers">,
): TableList[] {
    if (!tables) return [];
    const followers = rest.sources.filter(
        ({ entry }) =>
            entry.class === DEBEZIUM_POSTGRES_CLASS && entry.addDefaults !== false && !hasTableFilters(entry.config),
    );
    return [{ ...rest, tables, manage: manageTables ?? true, followers }];
}

function publicationOf({ config }: CompletedConnector): string {
    return postgresSource(config).publication;
}

/** True for a source that reads the stack's database. */
export function readsDatabase(
    { config }: CompletedConnector,
    { host, port, name }: NonNullable<PlatformEndpoints["database"]>,
): boolean {
    const place = { "database.hostname": host, "database.port": String(port), "database.dbname": name };
    return Object.entries(place).every(([key, value]) => config[key] === value);
}
