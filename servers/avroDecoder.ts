import avro, { type Schema, type Type } from "avsc";
import { decimalNumber, type Decode, exactNumber } from "./decodedValue";

/**
 * Reads values in Avro's binary encoding.
 *
 * @param text the schema.
 * @param used schemas that it refers to, each after those that it refers to itself.
 */
export function avroDecoder(text: string, used: string[]): Decode {
    const registry: Record<string, Type> = {};
    const typeOf = (schema: string) =>
        avro.Type.forSchema(withoutDefaults(schema), { registry, typeHook, logicalTypes: { decimal: Decimal } });
    used.forEach(typeOf);
    const type = typeOf(text);
    return (bytes) => type.fromBuffer(bytes);
}

/** Only writing needs them, and the types below cannot write. */
function withoutDefaults(schema: string): Schema {
    return JSON.parse(schema, (key, value: unknown) => (key === "default" ? undefined : value)) as Schema;
}

/** The registry of types is not asked for a long with properties, such as Connect's name of the type. */
function typeHook(schema: Schema): Type | undefined {
    return schema === "long" || (schema as { type?: unknown }).type === "long" ? LONG : undefined;
}

/** JavaScript's numbers have too few digits for some. */
const LONG = avro.types.LongType.__with({
    fromBuffer: (bytes: Buffer) => exactNumber(bytes.readBigInt64LE()),
    // Only reading needs it
    toBuffer: unused,
    fromJSON: exactNumber,
    toJSON: String,
    isValid: () => true,
    compare: unused,
});

function unused(): never {
    throw new TypeError("only for reading");
}

/** Avro specification, "Decimal" */
class Decimal extends avro.types.LogicalType {
    private readonly scale: number;

    constructor(schema: Schema, options?: object) {
        super(schema, options);
        this.scale = (schema as { scale?: number }).scale ?? 0;
    }

    override _fromValue(bytes: Buffer): unknown {
        return decimalNumber(bytes, this.scale);
    }

    override _toValue(): never {
        return unused();
    }
}
