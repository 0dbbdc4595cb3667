import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** The value of a property, as in JSON. */
export type Value = string | number | boolean | null | undefined | Value[] | { [key: string]: Value };
/** The inputs or the state of a resource. */
export type Properties = { [name: string]: Value };

/** The mark of an unknown value, which follows from another resource. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine has a mark for each type of value (`sdk/go/common/resource/plugin/rpc.go`). */
const UNKNOWNS = new Set([
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export function isUnknown(value: Value): boolean {
    return typeof value === "string" && UNKNOWNS.has(value);
}

export function containsUnknown(value: Value): boolean {
    if (Array.isArray(value)) return value.some(containsUnknown);
    return isObject(value) ? Object.values(value).some(containsUnknown) : isUnknown(value);
}

export function isObject(value: Value): value is { [key: string]: Value } {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The properties without marks of secrets, and the names of the properties that contain a secret. */
export function decode(struct: Struct | undefined): { properties: Properties; secrets: Set<string> } {
    const raw = (struct?.toJavaScript() ?? {}) as Properties;
    const secrets = new Set(Object.keys(raw).filter((name) => containsSecret(raw[name])));
    return { properties: unwrap(raw) as Properties, secrets };
}

/** The properties for the engine. Each property of `secrets` is marked as a secret as a whole. */
export function encode(properties: Properties, secrets: ReadonlySet<string> = new Set()): Struct {
    const defined = Object.entries(properties).filter(([, value]) => value !== undefined);
    return Struct.fromJavaScript(
        Object.fromEntries(
            defined.map(([name, value]) => [name, secrets.has(name) ? asSecret(value) : withoutUndefined(value)]),
        ) as Parameters<typeof Struct.fromJavaScript>[0],
    );
}

function asSecret(value: Value): Value {
    return { [SIGNATURE]: SECRET_SIGNATURE, value: withoutUndefined(value) };
}

function isSecret(value: Value): value is { value: Value } {
    return isObject(value) && value[SIGNATURE] === SECRET_SIGNATURE;
}

function containsSecret(value: Value): boolean {
    if (Array.isArray(value)) return value.some(containsSecret);
    return isObject(value) && (isSecret(value) || Object.values(value).some(containsSecret));
}

function unwrap(value: Value): Value {
    if (isSecret(value)) return unwrap(value.value);
    return mapNested(value, unwrap);
}

function withoutUndefined(value: Value): Value {
    return value === undefined ? null : mapNested(value, withoutUndefined);
}

function mapNested(value: Value, change: (value: Value) => Value): Value {
    if (Array.isArray(value)) return value.map(change);
    if (!isObject(value)) return value;
    const entries = Object.entries(value).filter(([, nested]) => nested !== undefined);
    return Object.fromEntries(entries.map(([name, nested]) => [name, change(nested)]));
}
