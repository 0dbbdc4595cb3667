import {
    elementsOf,
    isPostgresSource,
    postgresSource,
    type TableFilter,
    tableFilter,
} from "@connect-cdc/connector/postgres";
import { type ValueFormat, valueFormat } from "./typeText";

/** A Debezium PostgreSQL source. */
export interface Source {
    /** Name of the connector. */
    connector: string;
    slot: string;
    publication: string;
    /** `database.dbname`. */
    database: string;
    prefix: string;
    format: ValueFormat;
    /** The name of a column's field in events. */
    fieldOf: (column: string) => string;
    placeholder: string;
    /** True: the source captures the table. Throws for a pattern that JavaScript cannot read. */
    captures: (schema: string, table: string) => boolean;
}

/** Undefined for another connector. */
export function sourceOf(connector: string, config: Record<string, string>): Source | undefined {
    if (!isPostgresSource(config["connector.class"] ?? "")) return undefined;
    const signals = elementsOf(config["signal.data.collection"]).map(({ text }) => text);
    return {
        connector,
        ...postgresSource(config),
        database: config["database.dbname"] ?? "",
        prefix: config["topic.prefix"] ?? "",
        format: valueFormat(config),
        fieldOf: (column) => fieldName(column, config["field.name.adjustment.mode"]),
        placeholder: config["unavailable.value.placeholder"] ?? "__debezium_unavailable_value",
        captures: (schema, table) => {
            const isSignal = signals.includes(`${schema}.${table}`);
            return !isSignal && filterOf(connector, config).captures(schema, table);
        },
    };
}

function filterOf(connector: string, config: Record<string, string>): TableFilter {
    const lists = ["table.include.list", "schema.include.list", "table.exclude.list", "schema.exclude.list"];
    if (!lists.some((key) => key in config)) return { captures: () => true, included: [] };
    const filter = tableFilter(
        "table.include.list" in config || "schema.include.list" in config
            ? config
            : {
                  ...config,
                  "table.include.list": ".*",
              },
    );
    if (filter === undefined) {
        throw new Error(`${connector}: its lists of tables have a pattern that only Java can read`);
    }
    return filter;
}

/** The topic of a table. Debezium replaces characters that topics cannot have (TopicNamingStrategy of Debezium 3.7). */
export function topicOf({ prefix }: Source, table: { schema: string; name: string }): string {
    return `${prefix}.${table.schema}.${table.name}`.replace(/[^a-zA-Z0-9._-]/g, "_");
}

/**
 * The name that Debezium gives a field, by `field.name.adjustment.mode` (SchemaNameAdjuster of Debezium 3.7). Avro's names have
 * only letters, digits and `_`.
 */
export function fieldName(column: string, mode = "none"): string {
    if (mode === "none") return column;
    if (mode === "avro") return column.replace(/^\d/, "_$&").replace(/[^A-Za-z0-9_]/g, "_");
    const unicode = (one: string) => `_u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return column.replace(/^[^A-Za-z]|[^A-Za-z0-9]/g, unicode);
}
