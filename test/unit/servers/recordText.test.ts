import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import avro from "avsc";
import protobuf from "protobufjs";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { RecordText } from "../../../servers/recordText";

const answers: Record<string, object> = {};
const asked: string[] = [];
/** True: the registry does not answer. */
let isSilent = false;
let server: Server;
let url: string;

beforeAll(async () => {
    server = createServer(({ url: path }, response) => {
        asked.push(path!);
        const answer = answers[path!];
        if (isSilent) return void response.writeHead(503).end();
        response.statusCode = answer ? 200 : 404;
        response.end(JSON.stringify(answer ?? { error_code: 40403, message: "Schema not found" }));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => void server.close());

beforeEach(() => {
    vi.restoreAllMocks();
    isSilent = false;
    asked.length = 0;
    for (const path of Object.keys(answers)) delete answers[path];
});

function record(id: number, body: Buffer): Buffer {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(id, 1);
    return Buffer.concat([prefix, body]);
}

const optional = (type: unknown) => ({ type: ["null", type], default: null });
const ROW = {
    type: "record",
    name: "Row",
    fields: [
        { name: "id", type: "long" },
        { name: "big", type: { type: "long", "connect.name": "io.debezium.time.MicroTimestamp" } },
        { name: "paid", type: { type: "bytes", logicalType: "decimal", precision: 10, scale: 2 } },
        { name: "ratio", type: "double" },
        { name: "day", ...optional({ type: "int", "connect.name": "io.debezium.time.Date" }) },
        { name: "tags", type: { type: "array", items: ["null", "string"] } },
        { name: "labels", type: { type: "map", values: ["null", "string"] } },
    ],
};
const EVENT = {
    type: "record",
    name: "Envelope",
    namespace: "shop",
    fields: [
        { name: "before", ...optional(ROW) },
        { name: "after", ...optional("Row") },
        { name: "op", type: "string" },
    ],
};

it("a record in Avro is JSON as JsonConverter writes it, and its schema is asked for once", async () => {
    answers["/schemas/ids/7"] = { schema: JSON.stringify(EVENT) };
    const long = avro.types.LongType.__with({
        fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
        toBuffer: (value: bigint) => {
            const bytes = Buffer.alloc(8);
            bytes.writeBigInt64LE(BigInt(value));
            return bytes;
        },
        fromJSON: BigInt,
        toJSON: Number,
        isValid: () => true,
        compare: () => 0,
    });
    const after = {
        id: 1n,
        big: 9223372036854775807n,
        paid: Buffer.from([0x04, 0xe2]),
        ratio: NaN,
        day: 18321,
        tags: ["a", null],
        labels: { x: null, y: "z" },
    };
    const typeHook = (schema: unknown) =>
        schema === "long" || (schema as { type: unknown }).type === "long" ? long : undefined;
    const type = avro.Type.forSchema(EVENT as never, { typeHook });
    const bytes = record(7, type.toBuffer({ before: null, after, op: "c" }));
    const text = new RecordText([url]);
    await text.prepare([bytes, null, bytes, Buffer.from("{}")]);
    await text.prepare([bytes]);
    expect(text.text(bytes)).toBe(
        '{"before":null,"after":{"id":1,"big":9223372036854775807,"paid":12.50,"ratio":"NaN","day":18321,' +
            '"tags":["a",null],"labels":{"x":null,"y":"z"}},"op":"c"}',
    );
    expect(asked).toEqual(["/schemas/ids/7"]);
    expect(text.text(Buffer.from('{"id":1}'))).toBe('{"id":1}');
});

it("a long with a default may be null", async () => {
    const fields = [{ name: "n", type: ["long", "null"], default: 5 }];
    answers["/schemas/ids/9"] = { schema: JSON.stringify({ type: "record", name: "R", fields }) };
    // The branch, and in the first one 3 in zigzag form
    const records = [record(9, Buffer.from([0, 6])), record(9, Buffer.from([2]))];
    const text = new RecordText([url]);
    await text.prepare(records);
    expect(records.map((bytes) => text.text(bytes))).toEqual(['{"n":3}', '{"n":null}']);
});

it("a schema that refers to others is read with them", async () => {
    const address = { type: "record", name: "Address", fields: [{ name: "city", type: "string" }] };
    const customer = { type: "record", name: "Customer", fields: [{ name: "at", type: "Address" }] };
    const reference = { name: "Address", subject: "address", version: 3 };
    answers["/schemas/ids/8"] = { schema: JSON.stringify(customer), references: [reference] };
    answers["/subjects/address/versions/3"] = {
        id: 2,
        subject: "address",
        version: 3,
        schema: JSON.stringify(address),
    };
    const bytes = record(8, avro.Type.forSchema(address as never).toBuffer({ city: "Ulm" }));
    const text = new RecordText([url]);
    await text.prepare([bytes]);
    expect(text.text(bytes)).toBe('{"at":{"city":"Ulm"}}');
});

const PROTO = `syntax = "proto3";
package shop;
import "google/type/date.proto";
import "google/protobuf/timestamp.proto";
message Other {}
message Envelope {
  // connect: {"required":true}
  optional string op = 1;
  optional Value before = 2;
  optional Value after = 3;
  // connect: {"name":"shop.Value"}
  message Value {
    optional int64 id = 1;
    optional int32 gross = 2 [json_name = "größe"];
    optional Decimal paid = 3;
    optional google.type.Date day = 4;
    optional google.protobuf.Timestamp at = 5;
    optional ArrayOfNullableString tags = 6;
    map<string, NullableString> labels = 7;
    optional bytes body = 8;
    repeated int32 counts = 9;
    // connect: {"field":"[x]"}
    optional double _x_ = 10;
  }
  // connect: {"wrapper":"decimal"}
  message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }
  // connect: {"wrapper":"array"}
  message ArrayOfNullableString { repeated NullableString items = 1; }
  // connect: {"wrapper":"nullable"}
  message NullableString { optional string value = 1; }
}`;

it("a record in Protobuf is the same JSON, with values that a converter has wrapped", async () => {
    answers["/schemas/ids/5"] = { schema: PROTO };
    const root = new protobuf.Root();
    const google = `syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }`;
    const time = `syntax = "proto3"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }`;
    for (const schema of [google, time, PROTO]) protobuf.parse(schema, root, { keepCase: true });
    const type = root.lookupType("shop.Envelope");
    const after = {
        id: "9223372036854775807",
        gross: 0,
        paid: { value: Buffer.from([0xfb, 0x1e]), scale: 2 },
        day: { year: 2020, month: 2, day: 29 },
        at: { seconds: 1587303655, nanos: 424000000 },
        tags: { items: [{ value: "a" }, {}] },
        labels: { x: {}, y: { value: "z" } },
        body: Buffer.from([0, 1]),
        _x_: NaN,
    };
    // The index of the second message
    const bytes = record(
        5,
        Buffer.concat([Buffer.from([2, 2]), type.encode(type.fromObject({ op: "c", after })).finish()]),
    );
    const text = new RecordText([url]);
    await text.prepare([bytes]);
    expect(text.text(bytes)).toBe(
        '{"op":"c","before":null,"after":{"id":9223372036854775807,"größe":0,"paid":-12.50,"day":18321,"at":1587303655424,' +
            '"tags":["a",null],"labels":{"x":null,"y":"z"},"body":"AAE=","counts":[],"[x]":"NaN"}}',
    );
});

it("what cannot be read is an error that shows no part of the record", async () => {
    answers["/schemas/ids/7"] = { schema: JSON.stringify(EVENT) };
    const text = new RecordText([url]);
    const [unknown, broken] = [record(9, Buffer.from("secret")), record(7, Buffer.from("secret"))];
    await text.prepare([unknown, broken]);
    expect(() => text.text(unknown)).toThrow(/^schema 9 of a record cannot be read: .*404 Schema not found/);
    expect(() => text.text(broken)).toThrow("a record does not have the form of its schema, whose id is 7");
    expect(() => new RecordText([]).text(broken)).toThrow("no schema registry is known");
});

it("a registry that does not answer is not asked again with each record, and has its time to come back", async () => {
    const time = vi.spyOn(performance, "now");
    answers["/schemas/ids/9"] = { schema: JSON.stringify({ type: "string" }) };
    const bytes = record(9, Buffer.from([2, 0x61]));
    const text = new RecordText([url], undefined, 0.1);
    isSilent = true;
    await text.prepare([bytes]);
    const questions = asked.length;
    expect(questions).toBeGreaterThan(0);
    await text.prepare([bytes, record(8, Buffer.from([]))]);
    expect(asked).toHaveLength(questions);
    for (const id of [8, 9]) {
        expect(() => text.text(record(id, Buffer.from([])))).toThrow(
            new RegExp(`^schema ${id} of a record cannot be read: .*the registry is asked again after 60 s$`),
        );
    }
    isSilent = false;
    const now = performance.now();
    time.mockImplementation(() => now + 61_000);
    await text.prepare([bytes]);
    expect(text.text(bytes)).toBe("a");
});
