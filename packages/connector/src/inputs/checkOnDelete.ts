import type { InputFault } from "./connectorInputs";
import { isPostgresSource } from "../postgres/postgresSource";
import { isObject } from "../isObject";

/** What becomes of a connector's position, and of what its source has in the database, when it is deleted. */
export interface OnDelete {
    /**
     * `retain`: a connector of the same name goes on there, later. `reset`: a source's offsets and a sink's consumer group
     * go, too; needs Connect 3.6 (KIP-875). Default `retain`.
     */
    offsets?: "retain" | "reset";
    /** Of Debezium's PostgreSQL source: what is dropped in its database, after nobody uses it any more. */
    database?: {
        /** `postgresql://user:password@host:port/database`, reachable from where Pulumi runs. */
        url: string;
        /** The slot in `slot.name`. A source whose offsets stay cannot go on without it. */
        slot?: "drop";
        /** The publication in `publication.name`. */
        publication?: "drop";
    };
}

/** What {@link isDatabaseUrl} wants. */
export const URL_RULE = "must be postgresql://user:password@host:port/database, with the password URL-encoded";

/**
 * What is wrong with the argument `onDelete`. Values are not shown: a part of them is a password.
 *
 * @param isUnknown true for what Pulumi does not know before `up`.
 */
export function onDeleteFaults(
    onDelete: unknown,
    connectorClass: unknown,
    isUnknown: (value: unknown) => boolean,
): InputFault[] {
    if (onDelete === undefined || isUnknown(onDelete)) {
        return [];
    }
    const faults: InputFault[] = [];
    const check = (property: string, holder: object, allowed: unknown[], rule: string) => {
        const value = (holder as Record<string, unknown>)[property.split(".").at(-1)!];
        if (!isUnknown(value) && !allowed.includes(value)) {
            faults.push({ property, reason: `${property} must be ${rule}` });
        }
    };
    const unknownKeys = (property: string, holder: object, known: string[]) => {
        for (const key of Object.keys(holder).filter((one) => !known.includes(one))) {
            const reason = `${property}.${key} is not known; ${property} has ${known.join(", ")}`;
            faults.push({ property: `${property}.${key}`, reason });
        }
    };
    if (!isObject(onDelete)) {
        return [{ property: "onDelete", reason: 'onDelete must be an object, such as { offsets: "retain" }' }];
    }
    unknownKeys("onDelete", onDelete, ["offsets", "database"]);
    check("onDelete.offsets", onDelete, [undefined, "retain", "reset"], "retain or reset");
    const { database } = onDelete;
    if (database === undefined || isUnknown(database)) {
        return faults;
    }
    if (!isObject(database)) {
        const reason = 'onDelete.database must be an object, such as { url, slot: "drop" }';
        return [...faults, { property: "onDelete.database", reason }];
    }
    unknownKeys("onDelete.database", database, ["url", "slot", "publication"]);
    check("onDelete.database.slot", database, [undefined, "drop"], "drop, or left out");
    check("onDelete.database.publication", database, [undefined, "drop"], "drop, or left out");
    if (!isUnknown(database["url"]) && !isDatabaseUrl(database["url"])) {
        const reason = `onDelete.database.url ${URL_RULE}`;
        faults.push({ property: "onDelete.database.url", reason });
    }
    if (typeof connectorClass === "string" && !isUnknown(connectorClass) && !isPostgresSource(connectorClass)) {
        const reason = `onDelete.database is for Debezium's PostgreSQL source, and class is ${connectorClass}`;
        faults.push({ property: "onDelete.database", reason });
    }
    return faults;
}

/** True for a URL that names server and database. */
export function isDatabaseUrl(value: unknown): boolean {
    return typeof value === "string" && URL.canParse(value) && /^postgres(ql)?:\/\/[^/]+\/[^/]+$/.test(value);
}
