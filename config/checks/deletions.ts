import type { PlatformConfig } from "../config";
import { Fault } from "../fault";
import { isPostgresSource } from "./sources";

/** What is wrong with what is to become of connectors' slots and publications when they are deleted. */
export function deletionFaults({ connectors, database }: Partial<PlatformConfig>): Fault[] {
    return Object.entries(connectors ?? {}).flatMap(([name, { class: connectorClass, onDelete }]): Fault[] => {
        const path = `connectors.${name}.onDelete`;
        const faults: Fault[] = [];
        if (!onDelete?.database) return faults;
        if (!isPostgresSource(connectorClass)) {
            const rule = "is for Debezium's PostgreSQL source: others have neither slot nor publication";
            faults.push({ path: `${path}.database`, value: onDelete.database, rule, remedy: "remove it" });
        } else if (database?.managed === false && !onDelete.database.url) {
            const rule = "is missing: database.managed is false";
            const remedy = "write {secret: <name>}; its value is postgresql://user:password@host:port/database";
            faults.push({ path: `${path}.database.url`, value: undefined, rule, remedy });
        }
        if (onDelete.database.slot && onDelete.offsets !== "reset") {
            const rule = "stay without the slot: a source of that name could not go on from them";
            const remedy = "write reset, unless it is gone for good";
            faults.push({ path: `${path}.offsets`, value: onDelete.offsets, rule, remedy, warning: true });
        }
        return faults;
    });
}
