import { Deadline, systemClock } from "@connect-cdc/connector/client";
import { databaseUrl, findCaptureProblems, isPostgresSource, parseTableName } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { type Problem, problemLine } from "../config/problem";
import type { PlatformConfig } from "../config/schema";
import { endpointsOf } from "../connectors/endpoints";
import { readsDatabase } from "../connectors/tableLists";

/** Time limit, s: the database may be down, or only the workers may reach it. */
const LIMIT_SECONDS = 3;

/**
 * Warns of captured tables whose changes will not arrive, also after this run. Skipped when the database does not answer: it
 * may not exist yet.
 *
 * @param password the role's password. Nothing is checked while it is unknown.
 */
export function warnOfCapturedTables(
    config: PlatformConfig,
    { address, password }: { address: pulumi.Input<string>; password: pulumi.Input<string> },
): void {
    const { database } = config;
    const sources = sourcesOf(config);
    pulumi.all([address, password]).apply(async ([at, secret]) => {
        const url = databaseUrl({ address: at, database: database.name, user: database.user, password: secret });
        const deadline = new Deadline(systemClock, LIMIT_SECONDS);
        const found = sources.map(async (source) => {
            const [problems = []] = await findCaptureProblems([source.config], url, deadline, source.willPublish);
            return problems.map((problem) => problemOf(source, problem));
        });
        for (const problem of (await Promise.all(found).catch(() => [])).flat()) {
            void pulumi.log.warn(problemLine(problem));
        }
    });
}

interface Source {
    name: string;
    config: Record<string, string>;
    /** True for a table that this run publishes. */
    willPublish: (schema: string, table: string) => boolean;
}

/** Sources that read the stack's database, and whose tables do not all follow from a list that the run compares itself. */
function sourcesOf(config: PlatformConfig): Source[] {
    const { database } = endpointsOf(config);
    const lists = config.tableLists.filter(({ url }) => url !== undefined);
    return config.completedConnectors
        .filter(({ entry }) => isPostgresSource(entry.class))
        .filter((source) => readsDatabase(source, database!))
        .filter((source) => !lists.some(({ followers }) => followers.includes(source)))
        .map((source) => {
            const list = lists.find(({ sources, manage }) => manage && sources.includes(source));
            const names = Object.keys(list?.tables ?? {}).flatMap((name) => parseTableName(name) ?? []);
            const willPublish = (schema: string, table: string) =>
                names.some((name) => name.schema === schema && (name.table ?? table) === table) ||
                (list !== undefined && `${schema}.${table}` === config.database.signalTable);
            return { name: source.name, config: source.config, willPublish };
        });
}

function problemOf({ name, config }: Source, { text, remedy }: { text: string; remedy: string }): Problem {
    const key = "table.include.list" in config ? "table.include.list" : "schema.include.list";
    return { path: `connectors.${name}.config.${key}`, value: config[key], rule: text, remedy, warning: true };
}
