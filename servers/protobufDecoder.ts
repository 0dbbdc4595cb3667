import protobuf, { type Field, type Message, type Type } from "protobufjs";
import { decimalNumber, type Decode, exactNumber } from "./decodedValue";

/** Types that schemas import, and that no registry has. */
const IMPORTED = [
    `syntax = "proto3"; package google.type;
     message Date { int32 year = 1; int32 month = 2; int32 day = 3; }
     message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }`,
    `syntax = "proto3"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }`,
    `syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }`,
];
const OPTIONS = { keepCase: true, alternateCommentMode: true };
const DAY_MS = 86_400_000;

/**
 * Reads values in Protobuf, which begin with the index of their message in the schema. What Connect has types for becomes what
 * JsonConverter writes: a date days, a time of day and a timestamp milliseconds since 1970. Messages that stand for a list, a map
 * or a value that can be null are those; the converter tells it in a comment, `// connect: {"wrapper":"array"}`.
 *
 * @param text the schema.
 * @param used schemas that it imports.
 */
export function protobufDecoder(text: string, used: string[]): Decode {
    const root = new protobuf.Root();
    for (const schema of [...IMPORTED, ...used, text]) protobuf.parse(schema, root, OPTIONS);
    root.resolveAll();
    const own = protobuf.parse(text, new protobuf.Root(), OPTIONS);
    const file = own.package === undefined ? own.root : own.root.lookup(own.package)!;
    return (bytes) => {
        const { indexes, length } = readIndexes(bytes);
        const found = indexes.reduce<protobuf.ReflectionObject>(
            (parent, index) => messagesOf(parent as protobuf.NamespaceBase)[index]!,
            file,
        );
        const type = root.lookupType(found.fullName);
        return valueOf(type, type.decode(bytes.subarray(length)));
    };
}

function messagesOf(parent: protobuf.NamespaceBase): Type[] {
    return parent.nestedArray.filter((one): one is Type => one instanceof protobuf.Type);
}

/** Their number and the indexes, as zigzag varints; one zero is short for the first message. */
function readIndexes(bytes: Buffer): { indexes: number[]; length: number } {
    const reader = protobuf.Reader.create(bytes);
    const count = reader.sint32();
    const indexes = count === 0 ? [0] : Array.from({ length: count }, () => reader.sint32());
    return { indexes, length: reader.pos };
}

type Fields = Record<string, unknown>;

/** What stands for a message: its fields by name, or what it wraps. */
function valueOf(type: Type, message: Message): unknown {
    const fields = message as unknown as Fields;
    const number = (name: string) => Number(String(fields[name] ?? 0));
    switch (type.fullName) {
        case ".google.type.Date":
            return dayOf(number("year"), number("month"), number("day"));
        case ".google.type.TimeOfDay":
            return ((number("hours") * 60 + number("minutes")) * 60 + number("seconds")) * 1000 + number("nanos") / 1e6;
        case ".google.protobuf.Timestamp":
            return number("seconds") * 1000 + Math.floor(number("nanos") / 1e6);
        case ".confluent.type.Decimal":
            return decimalOf(fields);
    }
    const [first] = type.fieldsArray;
    switch (wrapperOf(type)) {
        case "decimal":
            return decimalOf(fields);
        case "value":
        case "array":
        case "map":
        case "nullable":
            return fieldOf(first!, fields);
        default:
            return Object.fromEntries(type.fieldsArray.map((field) => [nameOf(field), fieldOf(field, fields)]));
    }
}

function decimalOf({ value, scale }: Fields): unknown {
    return decimalNumber((value as Uint8Array | undefined) ?? new Uint8Array(), Number(scale ?? 0));
}

/** The calendar repeats after this time. */
const CYCLE_YEARS = 400;
const CYCLE_DAYS = 146_097;

/** Days since 1970. Years below 100 are no years of the twentieth century. */
function dayOf(year: number, month: number, day: number): number {
    // PostgreSQL's infinity lies beyond the years of Date
    const cycles = Math.floor(year / CYCLE_YEARS);
    return cycles * CYCLE_DAYS + new Date(0).setUTCFullYear(year - cycles * CYCLE_YEARS, month - 1, day) / DAY_MS;
}

function fieldOf(field: Field, fields: Fields): unknown {
    const value = fields[field.name];
    const isSet = Object.hasOwn(fields, field.name);
    if (field instanceof protobuf.MapField) {
        const entries = Object.entries((value ?? {}) as Fields);
        return Object.fromEntries(entries.map(([key, one]) => [key, singleOf(field, one)]));
    }
    if (field.repeated) {
        const items = ((value ?? []) as unknown[]).map((one) => singleOf(field, one));
        return wrapperOf(field.resolvedType) === "entry" ? Object.fromEntries(items as [string, unknown][]) : items;
    }
    if (isSet) return singleOf(field, value);
    // Without presence, zero is not written
    const hasPresence = field.partOf !== null || field.resolvedType instanceof protobuf.Type;
    return hasPresence ? null : singleOf(field, field.typeDefault);
}

function singleOf(field: Field, value: unknown): unknown {
    const { resolvedType } = field;
    if (resolvedType instanceof protobuf.Type) {
        if (wrapperOf(resolvedType) !== "entry") return valueOf(resolvedType, value as Message);
        return resolvedType.fieldsArray.map((part) => fieldOf(part, value as Fields));
    }
    if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[value as number] ?? value;
    return isLong(value) ? exactNumber(BigInt(String(value))) : value;
}

/** A number of 64 bits, which is an object of package `long`. */
function isLong(value: unknown): boolean {
    return typeof value === "object" && value !== null && "unsigned" in value;
}

/** Name of the column. */
function nameOf(field: Field): string {
    const { field: name } = metaOf(field.comment);
    const jsonName = (field.options as { json_name?: string } | undefined)?.json_name;
    return (name as string | undefined) ?? jsonName ?? field.name;
}

function wrapperOf(type: protobuf.ReflectionObject | null): unknown {
    return type instanceof protobuf.Type ? metaOf(type.comment)["wrapper"] : undefined;
}

/** What the converter has written of Connect's schema. */
function metaOf(comment: string | null): Fields {
    const [, json] = /^\s*connect: (\{.*\})\s*$/m.exec(comment ?? "") ?? [];
    return json === undefined ? {} : (JSON.parse(json) as Fields);
}
