import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { types } from "avsc";

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
 * A client of the registry that knows nothing of this project.
 *
 * @param host URL of the registry's API like Confluent's.
 */
export function avroClient(host: string): SchemaRegistry {
    return new SchemaRegistry({ host }, { [SchemaType.AVRO]: { typeHook } });
}
