import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { types } from "avsc";
import type { ByteReader, ByteRecord } from "./topics";

/** Debezium's nanoseconds are above what a number of JavaScript holds exactly; these tests do not read them. */
const long = types.LongType.__with({
    fromBuffer: (bytes: Buffer) => Number(bytes.readBigInt64LE()),
    toBuffer: () => Buffer.alloc(8),
    fromJSON: Number,
    toJSON: Number,
    isValid: (value: unknown) => typeof value === "number",
    compare: (a: number, b: number) => a - b,
});

function typeHook(schema: unknown): types.LongType | undefined {
    return schema === "long" || (schema as { type?: unknown }).type === "long" ? long : undefined;
}

/**
 * A client of the registry that knows nothing of this project, for Avro and Protobuf.
 *
 * @param host URL of the registry's API like Confluent's.
 */
export function registryClient(host: string): SchemaRegistry {
    return new SchemaRegistry({ host }, { [SchemaType.AVRO]: { typeHook } });
}

/** A change of a row, as the client decodes it. */
export interface RowEvent {
    key: Record<string, unknown>;
    op: string;
    /** The row after the change, without columns that are NULL. */
    row: Record<string, unknown>;
}

/** Waits for so many changes in a topic, and decodes all there are. */
export async function rowEvents(client: SchemaRegistry, reader: ByteReader, count: number): Promise<RowEvent[]> {
    const records = await reader.untilRecords(count);
    return Promise.all(records.map((record) => decoded(client, record)));
}

async function decoded(client: SchemaRegistry, { key, value }: ByteRecord): Promise<RowEvent> {
    const event = (await client.decode(value!)) as { op: string; after: object };
    const row = Object.entries(event.after).filter(([, field]) => field !== null);
    return { key: { ...((await client.decode(key!)) as object) }, op: event.op, row: Object.fromEntries(row) };
}
