import avro, { type Schema, type Type } from "avsc";
import { decimalNumber, type Decode, exactNumber } from "./decodedValue";

/**
 * Reads values in Avro's binary encoding.
 *
 * @param text the schema.
 * @param used schemas that it refers to, each after those that it refers to itself.
 */
export function avroDecoder(text: string, used: string[]): Decode {
    const types: Record<string, Type> = { long: LONG };
    const typeOf = (schema: string) =>
        avro.Type.forSchema(JSON.parse(schema), { registry: types, logicalTypes: { decimal: Decimal } });
    used.forEach(typeOf);
    const type = typeOf(text);
    return (bytes) => type.fromBuffer(bytes);
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
