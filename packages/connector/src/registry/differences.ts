import { isObject } from "../isObject";
import type { Compatibility, Schema } from "./schema";

/** A field that readers or writers of the other schema do not understand. */
export interface Difference {
    /** Path of the field: `after.name`. */
    field: string;
    /** Continues "field x": `is new and has no default`. */
    change: string;
    /** Who is hurt: `BACKWARD`, who reads old records by the new schema; `FORWARD`, who reads new records by the old one. */
    breaks: ("BACKWARD" | "FORWARD")[];
}

/**
 * The fields by which a schema breaks a level against an older one. A registry decides whether it does; this tells by what, which
 * Apicurio Registry does not for PROTOBUF. Empty when nothing is found, or for texts that cannot be read.
 */
export async function differences(before: Schema, after: Schema, level: Compatibility): Promise<Difference[]> {
    if (before.type !== after.type) return [];
    try {
        const found = await compare[after.type](before.text, after.text);
        return found.filter(({ breaks }) => breaks.some((one) => level.startsWith(one) || level.startsWith("FULL")));
    } catch {
        return [];
    }
}

const compare: Record<Schema["type"], (before: string, after: string) => Difference[] | Promise<Difference[]>> = {
    AVRO: (before, after) => new AvroComparison(JSON.parse(before), JSON.parse(after)).run(),
    JSON: (before, after) => jsonDifferences(JSON.parse(before), JSON.parse(after), ""),
    PROTOBUF: protobufDifferences,
};

type AvroSchema = string | AvroSchema[] | AvroObject;
interface AvroObject {
    type: AvroSchema;
    name?: string;
    namespace?: string;
    fields?: AvroField[];
    items?: AvroSchema;
    values?: AvroSchema;
    symbols?: string[];
    default?: unknown;
}
interface AvroField {
    name: string;
    type: AvroSchema;
    default?: unknown;
}

/** What a reader's type takes besides its own: Avro's specification, "Schema Resolution" */
const PROMOTIONS: Record<string, string[]> = {
    long: ["int"],
    float: ["int", "long"],
    double: ["int", "long", "float"],
    string: ["bytes"],
    bytes: ["string"],
};

/** Compares by Avro's rules of schema resolution. */
class AvroComparison {
    private readonly found: Difference[] = [];
    private readonly known: [Map<string, AvroObject>, Map<string, AvroObject>] = [new Map(), new Map()];
    /** Records that have been compared: they may contain themselves. */
    private readonly seen = new Set<string>();

    constructor(
        private readonly before: AvroSchema,
        private readonly after: AvroSchema,
    ) {
        collectNamed(before, this.known[0]);
        collectNamed(after, this.known[1]);
    }

    run(): Difference[] {
        this.types(this.before, this.after, "");
        return this.found;
    }

    private types(before: AvroSchema, after: AvroSchema, path: string): void {
        const [olds, news] = [this.branches(before, 0), this.branches(after, 1)];
        const [oldNull, newNull] = [olds, news].map((branches) => branches.some((one) => one.type === "null"));
        if (oldNull && !newNull) this.note(path, "does not take null any more", ["BACKWARD"]);
        if (!oldNull && newNull) this.note(path, "takes null now", ["FORWARD"]);
        const [oldOnes, newOnes] = [olds, news].map((branches) => branches.filter((one) => one.type !== "null"));
        const [old, now] = [oldOnes![0], newOnes![0]];
        if (oldOnes!.length === 1 && newOnes!.length === 1) this.type(old!, now!, path);
        else this.changedType(oldOnes!, newOnes!, path);
    }

    private type(before: AvroObject, after: AvroObject, path: string): void {
        if (before.type !== after.type) {
            this.changedType([before], [after], path);
        } else if (after.type === "record") {
            this.records(before, after, path);
        } else if (after.type === "array") {
            this.types(before.items!, after.items!, `${path}[]`);
        } else if (after.type === "map") {
            this.types(before.values!, after.values!, `${path}[]`);
        } else if (after.type === "enum") {
            const gone = before.symbols!.filter((symbol) => !after.symbols!.includes(symbol));
            const come = after.symbols!.filter((symbol) => !before.symbols!.includes(symbol));
            if (gone.length > 0) this.note(path, `has lost the values ${gone.join(", ")}`, ["BACKWARD"]);
            if (come.length > 0) this.note(path, `has got the values ${come.join(", ")}`, ["FORWARD"]);
        }
    }

    private changedType(olds: AvroObject[], news: AvroObject[], path: string): void {
        const lacks = (writers: AvroObject[], readers: AvroObject[]) =>
            writers.some((writer) => !readers.some((reader) => reads(reader, writer)));
        const breaks = [
            ...(lacks(olds, news) ? ["BACKWARD" as const] : []),
            ...(lacks(news, olds) ? ["FORWARD" as const] : []),
        ];
        const [old, now] = [olds, news].map((types) => types.map(typeName).join(" or "));
        if (breaks.length > 0) this.note(path, `has changed its type from ${old} to ${now}`, breaks);
    }

    private records(before: AvroObject, after: AvroObject, path: string): void {
        const key = `${before.name} ${after.name}`;
        if (this.seen.has(key)) return;
        this.seen.add(key);
        const below = (name: string) => (path === "" ? name : `${path}.${name}`);
        for (const field of after.fields!) {
            const old = before.fields!.find(({ name }) => name === field.name);
            if (old) this.types(old.type, field.type, below(field.name));
            else if (!("default" in field)) this.note(below(field.name), "is new and has no default", ["BACKWARD"]);
        }
        for (const field of before.fields!) {
            const isGone = !after.fields!.some(({ name }) => name === field.name);
            if (isGone && !("default" in field)) {
                this.note(below(field.name), "was removed, and had no default", ["FORWARD"]);
            }
        }
    }

    /** The types of a union, or the one type, with names resolved. */
    private branches(schema: AvroSchema, side: 0 | 1): AvroObject[] {
        if (Array.isArray(schema)) return schema.flatMap((one) => this.branches(one, side));
        if (typeof schema !== "string") {
            return typeof schema.type === "string" ? [schema] : this.branches(schema.type, side);
        }
        return [this.known[side].get(schema) ?? { type: schema }];
    }

    private note(field: string, change: string, breaks: Difference["breaks"]): void {
        this.found.push({ field: field || "(the whole schema)", change, breaks });
    }
}

/** Types with a name, by their short and their full name. */
function collectNamed(schema: AvroSchema, known: Map<string, AvroObject>, namespace?: string): void {
    if (typeof schema === "string") return;
    if (Array.isArray(schema)) return schema.forEach((one) => collectNamed(one, known, namespace));
    const own = schema.namespace ?? namespace;
    if (schema.name !== undefined) {
        known.set(schema.name, schema);
        if (own !== undefined) known.set(`${own}.${schema.name}`, schema);
    }
    if (typeof schema.type !== "string") collectNamed(schema.type, known, own);
    schema.fields?.forEach(({ type }) => collectNamed(type, known, own));
    if (schema.items !== undefined) collectNamed(schema.items, known, own);
    if (schema.values !== undefined) collectNamed(schema.values, known, own);
}

function reads(reader: AvroObject, writer: AvroObject): boolean {
    if (reader.type === writer.type) return true;
    return PROMOTIONS[reader.type as string]?.includes(writer.type as string) === true;
}

/** `record Address`, `int`. */
function typeName({ type, name }: AvroObject): string {
    return [type as string, name].filter(Boolean).join(" ");
}

function jsonDifferences(before: unknown, after: unknown, path: string): Difference[] {
    if (!isObject(before) || !isObject(after)) return [];
    const both: Difference["breaks"] = ["BACKWARD", "FORWARD"];
    const field = path || "(the whole schema)";
    if (JSON.stringify(before["type"]) !== JSON.stringify(after["type"])) {
        const [old, now] = [before, after].map(({ type }) => [type].flat().join(" or ") || "any");
        return [{ field, change: `has changed its type from ${old} to ${now}`, breaks: both }];
    }
    const [olds, news] = [before, after].map(({ properties }) => (isObject(properties) ? properties : {}));
    const [wasRequired, isRequired] = [before, after].map(({ required }) => (required ?? []) as string[]);
    const below = (name: string) => (path === "" ? name : `${path}.${name}`);
    const named = (names: string[], change: string, breaks: Difference["breaks"]) =>
        names.map((name): Difference => ({ field: below(name), change, breaks }));
    return [
        ...Object.keys(news!).flatMap((name) => jsonDifferences(olds![name], news![name], below(name))),
        ...jsonDifferences(before["items"], after["items"], `${path}[]`),
        ...named(
            isRequired!.filter((name) => !wasRequired!.includes(name)),
            "is required now",
            ["BACKWARD"],
        ),
        ...named(
            wasRequired!.filter((name) => !isRequired!.includes(name)),
            "is not required any more",
            ["FORWARD"],
        ),
    ];
}

interface ProtobufField {
    path: string;
    id: number;
    type: string;
}

async function protobufDifferences(before: string, after: string): Promise<Difference[]> {
    const [old, now] = [await protobufMessages(before), await protobufMessages(after)];
    const found: Difference[] = [];
    const note = (field: string, change: string) => found.push({ field, change, breaks: ["BACKWARD", "FORWARD"] });
    for (const [message, { fields }] of old) {
        const same = now.get(message);
        if (same === undefined) {
            note(message, "is a message that was removed");
            continue;
        }
        for (const field of fields) {
            const byId = same.fields.find(({ id }) => id === field.id);
            const byName = same.fields.find(({ path }) => path === field.path);
            if (byName && byName.id !== field.id) {
                note(field.path, `has changed its number from ${field.id} to ${byName.id}`);
            } else if (byId && byId.path !== field.path) {
                note(field.path, `has another name: ${byId.path}`);
            } else if (!byId && !same.isReserved(field.id)) {
                note(field.path, "was removed, and its number is not reserved");
            }
            if (byName?.id === field.id && byName.type !== field.type) {
                note(field.path, `has changed its type from ${field.type} to ${byName.type}`);
            }
        }
    }
    return found;
}

interface ProtobufMessage {
    fields: ProtobufField[];
    isReserved: (id: number) => boolean;
}

/** The messages of a schema by their full names. */
async function protobufMessages(text: string): Promise<Map<string, ProtobufMessage>> {
    // Few runs of a program need it
    const { default: protobuf } = await import("protobufjs");
    const messages = new Map<string, ProtobufMessage>();
    const collect = (namespace: import("protobufjs").NamespaceBase) => {
        if (namespace instanceof protobuf.Type) {
            const fields = namespace.fieldsArray.map(({ name, id, type, repeated }) => ({
                path: `${namespace.name}.${name}`,
                id,
                type: repeated ? `repeated ${type}` : type,
            }));
            messages.set(namespace.fullName.slice(1), { fields, isReserved: (id) => namespace.isReservedId(id) });
        }
        namespace.nestedArray.forEach((one) => {
            if (one instanceof protobuf.Namespace) collect(one);
        });
    };
    collect(protobuf.parse(text, { keepCase: true }).root);
    return messages;
}
