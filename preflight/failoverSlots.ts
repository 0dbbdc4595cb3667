import { Deadline, systemClock } from "@connect-cdc/connector/client";
import { databaseUrl, findFailoverProblems, isPostgresSource } from "@connect-cdc/connector/postgres";
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
 * @param password the role's password. Nothing is checked while it is unknown.
 */
export function warnOfFailoverSlots(
    platform: PlatformConfig,
    { address, password }: { address: pulumi.Input<string>; password: pulumi.Input<string> },
): void {
    const { name: database, user } = platform.database;
    const own = endpointsOf(platform).database!;
    const sources = platform.completedConnectors.filter(
        (source) => isPostgresSource(source.entry.class) && readsDatabase(source, own),
    );
    pulumi.all([address, password]).apply(async ([at, secret]) => {
        const url = databaseUrl({ address: at, database, user, password: secret });
        for (const { name, config } of sources) {
            const deadline = new Deadline(systemClock, LIMIT_SECONDS);
            for (const { text, remedy } of await findFailoverProblems(config, url, deadline).catch(() => [])) {
                const path = `connectors.${name}.config.slot.failover`;
                void pulumi.log.warn(problemLine({ path, value: true, rule: text, remedy }));
            }
        }
    });
}
