/** A table, or all tables of a schema. */
export interface TableName {
    schema: string;
    /** Undefined: all tables of the schema. */
    table?: string;
}

/** One part of a name: quoted as in SQL, or without dots and quotes. */
const PART = /^(?:"((?:[^"]|"")+)"|([^".]+))$/;
/** The dot between two parts. Dots in quotes belong to a part. */
const NAME = /^("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|[^".]+)$/;

/** The rule of {@link parseTableName}, for messages. */
export const TABLE_NAME_RULE = 'schema.table or schema.*; a part with a dot or a quote is quoted: "my.schema"."a.b"';

/**
 * The schema and table of a name such as `cdc.customers`, `cdc.Order Items`, `"my.schema"."a.b"` or `cdc.*`. Upper and lower
 * case count, with and without quotes.
 *
 * @returns undefined when the text is no such name.
 */
export function parseTableName(text: string): TableName | undefined {
    const [, schema, table] = NAME.exec(text) ?? [];
    if (schema === undefined || table === undefined) return undefined;
    return table === "*" ? { schema: unquoted(schema) } : { schema: unquoted(schema), table: unquoted(table) };
}

function unquoted(part: string): string {
    const [, quoted, plain] = PART.exec(part)!;
    return plain ?? quoted!.replaceAll('""', '"');
}

/** The name that {@link parseTableName} reads as this table. */
export function tableText({ schema, table }: Required<TableName>): string {
    return [schema, table].map((part) => (/[".]|^\*$/.test(part) ? identifier(part) : part)).join(".");
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
    return `"${name.replaceAll('"', '""')}"`;
}
