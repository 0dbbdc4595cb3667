import { isPostgresSource } from "@connect-cdc/connector/postgres";
import type { Problem } from "../config/problem";

/** Parts of the stack config that decide what is deleted with a connector. */
interface DeletionSettings {
    connectors?: Record<
        string,
        { class: string; onDelete?: { offsets?: string; database?: { url?: unknown; slot?: string } } }
    >;
    database?: { managed: boolean };
}

/** Problems of `onDelete`: slots and publications that are dropped with a connector. */
export function deletionProblems({ connectors, database }: DeletionSettings): Problem[] {
    return Object.entries(connectors ?? {}).flatMap(([name, { class: connectorClass, onDelete }]): Problem[] => {
        const path = `connectors.${name}.onDelete`;
        const problems: Problem[] = [];
        if (!onDelete?.database) return problems;
        if (!isPostgresSource(connectorClass)) {
            const rule = "is for Debezium's PostgreSQL source: other connectors have neither slot nor publication";
            problems.push({ path: `${path}.database`, value: onDelete.database, rule, remedy: "remove it" });
        } else if (database?.managed === false && !onDelete.database.url) {
            const rule = "is missing: database.managed is false";
            const remedy = "write {secret: <name>}; its value is postgresql://user:password@host:port/database";
            problems.push({ path: `${path}.database.url`, value: undefined, rule, remedy });
        }
        if (onDelete.database.slot && onDelete.offsets !== "reset") {
            const rule = "are kept without the slot: a source of that name could not continue from them";
            const remedy = "set it to reset, unless no source of that name will be created again";
            problems.push({ path: `${path}.offsets`, value: onDelete.offsets, rule, remedy, warning: true });
        }
        return problems;
    });
}
