import { Deadline, systemClock } from "@connect-cdc/connector/client";
import { type DatabaseAccess, findFailoverProblems, isPostgresSource } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { problemLine } from "../config/problem";
import type { PlatformConfig } from "../config/schema";
import { endpointsOf } from "../connectors/endpoints";
import { readsDatabase } from "../connectors/tableLists";

/** Time limit, s: the database may be down, or only the workers may reach it. */
const LIMIT_SECONDS = 3;

/**
 * Warns of sources with `slot.failover` whose server makes no use of it. Skipped when the database does not answer.
 *
 * @param database as the role of the sources. Nothing is checked while its password is unknown.
 */
export function warnOfFailoverSlots(platform: PlatformConfig, database: pulumi.Output<DatabaseAccess>): void {
    const own = endpointsOf(platform).database!;
    const sources = platform.completedConnectors.filter(
        (source) => isPostgresSource(source.entry.class) && readsDatabase(source, own),
    );
    database.apply(async (access) => {
        for (const { name, config } of sources) {
            const deadline = new Deadline(systemClock, LIMIT_SECONDS);
            for (const { text, remedy } of await findFailoverProblems(config, access, deadline).catch(() => [])) {
                const path = `connectors.${name}.config.slot.failover`;
                void pulumi.log.warn(problemLine({ path, value: true, rule: text, remedy }));
            }
        }
    });
}
