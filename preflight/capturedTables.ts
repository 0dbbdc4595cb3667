import { Deadline, systemClock } from "@connect-cdc/connector/client";
import { databaseUrl, findCaptureProblems, isPostgresSource } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { type Problem, problemLine } from "../config/problem";
import type { PlatformConfig } from "../config/schema";
import { endpointsOf } from "../connectors/endpoints";

/** Time limit, s: the database may be down, or only the workers may reach it. */
const LIMIT_SECONDS = 3;

/**
 * Warns of captured tables whose changes will not arrive. Skipped when the database does not answer: it may not exist yet.
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
        const settings = sources.map((source) => source.config);
        const found = await findCaptureProblems(settings, url, new Deadline(systemClock, LIMIT_SECONDS)).catch(
            () => [],
        );
        for (const problem of found.flatMap((problems, i) =>
            problems.map((problem) => problemOf(sources[i]!, problem)),
        )) {
            void pulumi.log.warn(problemLine(problem));
        }
    });
}

interface Source {
    name: string;
    config: Record<string, string>;
}

/** Declared sources that read the stack's database, with all their settings. */
function sourcesOf(config: PlatformConfig): Source[] {
    const { host, port, name: database } = endpointsOf(config).database!;
    const reads = { "database.hostname": host, "database.port": String(port), "database.dbname": database };
    return config.completedConnectors
        .filter(({ entry }) => isPostgresSource(entry.class))
        .filter((source) => Object.entries(reads).every(([key, value]) => source.config[key] === value));
}

function problemOf({ name, config }: Source, { text, remedy }: { text: string; remedy: string }): Problem {
    const key = "table.include.list" in config ? "table.include.list" : "schema.include.list";
    return { path: `connectors.${name}.config.${key}`, value: config[key], rule: text, remedy, warning: true };
}
