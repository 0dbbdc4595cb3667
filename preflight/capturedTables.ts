import { Deadline, systemClock } from "@connect-cdc/connector/client";
import {
    type CaptureProblem,
    type DatabaseAccess,
    findCaptureProblems,
    isPostgresSource,
    parseTableName,
    type PlannedTables,
} from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { type Problem, problemLine } from "../config/problem";
import type { PlatformConfig } from "../config/schema";
import { endpointsOf } from "../connectors/endpoints";
import { readsDatabase } from "../connectors/tableLists";
import type { Tables } from "../connectors/tables";

/** Time limit, s: the database may be down, or only the workers may reach it. */
const LIMIT_SECONDS = 3;

/**
 * Warns of captured tables whose changes will not arrive, also after this run. Skipped when the database does not answer: it
 * may not exist yet.
 *
 * @param database as the role of the sources. Nothing is checked while its password is unknown.
 */
export function warnOfCapturedTables(config: PlatformConfig, database: pulumi.Output<DatabaseAccess>): void {
    const sources = sourcesOf(config);
    database.apply(async (access) => {
        const deadline = new Deadline(systemClock, LIMIT_SECONDS);
        const found = sources.map(async (source) => {
            const [problems = []] = await findCaptureProblems([source.config], access, deadline, source.planned);
            return problems.filter(({ kind }) => source.isReported(kind)).map((problem) => problemOf(source, problem));
        });
        for (const problem of (await Promise.all(found).catch(() => [])).flat()) {
            void pulumi.log.warn(problemLine(problem));
        }
    });
}

interface Source {
    name: string;
    config: Record<string, string>;
    /** Tables that this run publishes. */
    planned: PlannedTables;
    /** False for problems that the resource of the source's list reports. */
    isReported: (kind: CaptureProblem["kind"]) => boolean;
}

/** Problems of rows, which a list of tables does not decide. */
const ROW_KINDS: CaptureProblem["kind"][] = ["nulls", "unavailable", "generated"];

/** Sources that read the stack's database. */
function sourcesOf(config: PlatformConfig): Source[] {
    const { database } = endpointsOf(config);
    const lists = config.tableLists.filter(({ url }) => url !== undefined);
    return config.completedConnectors
        .filter(({ entry }) => isPostgresSource(entry.class))
        .filter((source) => readsDatabase(source, database!))
        .map((source): Source => {
            const list = lists.find(({ sources, manage }) => manage && sources.includes(source));
            const follows = lists.some(({ followers }) => followers.includes(source));
            return {
                name: source.name,
                config: source.config,
                planned: plannedTables(list?.tables ?? {}, list && config.database.signalTable),
                isReported: (kind) => !follows || ROW_KINDS.includes(kind),
            };
        });
}

/** A table's own entry has precedence over its schema's. */
function plannedTables(tables: Tables, signalTable: string | undefined): PlannedTables {
    const declared = Object.entries(tables).flatMap(([text, one]) => {
        const name = parseTableName(text);
        return name ? [{ name, replicaIdentity: one.replicaIdentity }] : [];
    });
    return (schema, table) => {
        const named = declared.filter(({ name }) => name.schema === schema && (name.table ?? table) === table);
        const own = named.find(({ name }) => name.table !== undefined) ?? named[0];
        return own ?? (`${schema}.${table}` === signalTable ? {} : undefined);
    };
}

function problemOf({ name, config }: Source, { text, remedy }: { text: string; remedy: string }): Problem {
    const key = "table.include.list" in config ? "table.include.list" : "schema.include.list";
    return { path: `connectors.${name}.config.${key}`, value: config[key], rule: text, remedy, warning: true };
}
