import { describe, expect, it } from "vitest";
import { differences } from "../../../../../packages/connector/src/registry/differences";
import { plainReason } from "../../../../../packages/connector/src/registry/incompatibility";
import type { Compatibility, SchemaType } from "../../../../../packages/connector/src/registry/schema";

/** Field and change of each difference, in one line. */
async function between(type: SchemaType, before: object | string, after: object | string, level: Compatibility) {
    const textOf = (schema: object | string) => (typeof schema === "string" ? schema : JSON.stringify(schema));
    const found = await differences({ type, text: textOf(before) }, { type, text: textOf(after) }, level);
    return found.map(({ field, change }) => `${field} ${change}`);
}

const record = (...fields: object[]) => ({ type: "record", name: "R", fields });
/** As Debezium writes it: the row's record is defined in `before`, and named in `after`. */
const event = (...fields: object[]) => ({
    type: "record",
    name: "Envelope",
    namespace: "shop.customers",
    fields: [
        { name: "before", type: ["null", { type: "record", name: "Value", fields }], default: null },
        { name: "after", type: ["null", "Value"], default: null },
    ],
});
const name = { name: "name", type: "string" };
const mail = { name: "mail", type: ["null", "string"], default: null };

describe("schemas of AVRO", () => {
    it.each([
        [record(name), record(name, mail), "FULL", []],
        [record(name), record(name, { name: "age", type: "int" }), "BACKWARD", ["age is new and has no default"]],
        [record(name), record(name, { name: "age", type: "int" }), "FORWARD", []],
        [record(name), record(), "BACKWARD", []],
        [record(name), record(), "FULL_TRANSITIVE", ["name was removed, and had no default"]],
        [record(mail), record(), "FULL", []],
        [
            record({ name: "n", type: "int" }),
            record({ name: "n", type: "long" }),
            "FORWARD",
            ["n has changed its type from int to long"],
        ],
        [record({ name: "n", type: "int" }), record({ name: "n", type: "long" }), "BACKWARD", []],
        [record(mail), record({ name: "mail", type: "string" }), "BACKWARD", ["mail does not take null any more"]],
        [record({ name: "mail", type: "string" }), record(mail), "FORWARD", ["mail takes null now"]],
        [
            record({ name: "list", type: { type: "array", items: "int" } }),
            record({ name: "list", type: { type: "array", items: "string" } }),
            "BACKWARD",
            ["list[] has changed its type from int to string"],
        ],
        [
            event(name),
            event({ name: "name", type: { type: "int", "connect.name": "io.debezium.time.Date" } }),
            "BACKWARD",
            ["before.name has changed its type from string to int"],
        ],
        [
            record({ name: "e", type: { type: "enum", name: "E", symbols: ["a", "b"] } }),
            record({ name: "e", type: { type: "enum", name: "E", symbols: ["b", "c"] } }),
            "FULL",
            ["e has lost the values a", "e has got the values c"],
        ],
    ] as const)("%j -> %j: %s", async (before, after, level, expected) => {
        expect(await between("AVRO", before, after, level)).toEqual(expected);
    });

    it("that contain themselves are compared to an end", async () => {
        const tree = (type: string) =>
            record({ name: "n", type }, { name: "next", type: ["null", "R"], default: null });
        expect(await between("AVRO", tree("int"), tree("string"), "FULL")).toEqual([
            "n has changed its type from int to string",
        ]);
    });
});

it("schemas of PROTOBUF are compared by numbers, and reserved ones may go", async () => {
    const proto = (fields: string) => `syntax = "proto3"; package shop; message Row { ${fields} }`;
    const before = proto("int32 id = 1; string name = 2; repeated string tags = 3;");
    expect(await between("PROTOBUF", before, proto("int32 id = 1; reserved 2, 3;"), "FULL")).toEqual([]);
    expect(
        await between("PROTOBUF", before, proto("int32 id = 1; string title = 2; string name = 4;"), "FULL"),
    ).toEqual(["Row.name has changed its number from 2 to 4", "Row.tags was removed, and its number is not reserved"]);
    expect(await between("PROTOBUF", before, "message {", "FULL")).toEqual([]);
});

it("schemas of JSON are compared by types and required properties", async () => {
    const schema = (id: string, ...required: string[]) => ({
        type: "object",
        properties: { id: { type: id }, at: { type: "object", properties: { city: { type: "string" } } } },
        required,
    });
    expect(await between("JSON", schema("integer"), schema("string", "at"), "BACKWARD")).toEqual([
        "id has changed its type from integer to string",
        "at is required now",
    ]);
});

it("a registry's reason is shown without names of classes", () => {
    const reason =
        "io.apicurio.registry.rules.RuleViolationException: Incompatible artifact: a [AVRO], num of incompatible diffs: {1}, " +
        "list of diff types: [mail at /fields/2] Causes: mail at /fields/2";
    expect(plainReason(reason)).toBe("mail at /fields/2");
    expect(plainReason("Schema being registered is incompatible")).toBe("Schema being registered is incompatible");
});
