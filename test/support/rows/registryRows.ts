import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { types } from "avsc";
import type { Type } from "protobufjs";
import type { ByteReader, ByteRecord } from "./topics";

/** Scalars as text, bytes in Base64, structures and lists of them; an array of Protobuf without the messages around it. */
export type Texts = string | null | Texts[] | { [field: string]: Texts };

/** A change of a row, as a client decodes it. */
export interface RowEvent {
    key: Record<string, Texts>;
    op: string;
    /** The row after the change, with the columns in the order of the schema. */
    row: Record<string, Texts>;
}

/** A number of JavaScript does not hold all of these exactly. */
const long = types.LongType.__with({
    fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
    toBuffer: () => Buffer.alloc(8),
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === "bigint",
    compare: (a: bigint, b: bigint) => Number(a > b) - Number(a < b),
});

function typeHook(schema: unknown): types.LongType | undefined {
    return schema === "long" || (schema as { type?: unknown }).type === "long" ? long : undefined;
}

/**
 * A client of the registry that knows nothing of this project, for Avro and Protobuf. It writes the names of Protobuf's fields
 * in camel case.
 *
 * @param host URL of the registry's API like Confluent's.
 */
export function registryClient(host: string): SchemaRegistry {
    return new SchemaRegistry({ host }, { [SchemaType.AVRO]: { typeHook } });
}

/** Waits for so many changes in a topic, and decodes all there are. */
export async function rowEvents(client: SchemaRegistry, reader: ByteReader, count: number): Promise<RowEvent[]> {
    const records = await reader.untilRecords(count);
    return Promise.all(records.map((record) => decoded(client, record)));
}

async function decoded(client: SchemaRegistry, { key, value }: ByteRecord): Promise<RowEvent> {
    const event = textsOf(await client.decode(value!)) as Record<"op" | "after", Texts>;
    return {
        key: textsOf(await client.decode(key!)) as RowEvent["key"],
        op: event.op as string,
        row: event.after as RowEvent["row"],
    };
}

function textsOf(value: unknown): Texts {
    if (value === null || value === undefined) return null;
    if (Array.isArray(value)) return value.map(textsOf);
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    if (typeof value !== "object") return String(value);

    const fields = value as Record<string, unknown>;
    const type = fields["$type"] as Type | undefined;
    // A 64-bit integer of protobufjs
    if (type === undefined && "unsigned" in fields) return String(value);
    if (type?.name.startsWith("ArrayOf")) return textsOf(fields["items"]);
    if (type?.name.startsWith("MapOf")) return textsOf(fields["entries"]);
    if (type?.name.startsWith("Nullable")) return Object.hasOwn(fields, "value") ? textsOf(fields["value"]) : null;

    const names = type?.fieldsArray.map(({ name }) => name) ?? Object.keys(fields);
    return Object.fromEntries(names.map((name) => [name, Object.hasOwn(fields, name) ? textsOf(fields[name]) : null]));
}
