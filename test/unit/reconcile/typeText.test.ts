import { describe, expect, it } from "vitest";
import { parseExact } from "../../../packages/connector/src/client/exactJson";
import { decimalOf, type PostgresType, typeText, valueFormat } from "../../../reconcile/typeText";

const type = (name: string, more: Partial<PostgresType> = {}): PostgresType => ({
    name,
    kind: "b",
    modifier: -1,
    isArray: false,
    ...more,
});

/** Type, settings, PostgreSQL's text, and the event's value as JSON. */
const equal: [PostgresType, Record<string, string>, string, string][] = [
    [type("int8"), {}, "9223372036854775807", "9223372036854775807"],
    [type("bool"), {}, "t", "true"],
    [type("float4"), {}, "0.1", "0.1"],
    [type("float8"), {}, "-0", "-0.0"],
    [type("float8"), {}, "NaN", '"NaN"'],
    [type("numeric"), { "decimal.handling.mode": "string" }, "1.500", '"1.5"'],
    [type("numeric"), { "decimal.handling.mode": "string" }, "NaN", '"NAN"'],
    [type("numeric"), { "decimal.handling.mode": "double" }, "1.50", "1.5"],
    [type("numeric", { modifier: (12 << 16) + 3 + 4 }), {}, "-1.500", '"+iQ="'],
    [type("numeric"), {}, "1.5", '{"scale":1,"value":"Dw=="}'],
    [type("bpchar"), {}, "ab   ", '"ab   "'],
    [type("inet"), {}, "::1/128", '"::1"'],
    [type("bytea"), {}, "\\x00ff10", '"AP8Q"'],
    [type("bytea"), { "binary.handling.mode": "hex" }, "\\x00ff10", '"00ff10"'],
    [type("bit"), {}, "1", "true"],
    [type("varbit"), {}, "00000000101", '"BQA="'],
    [type("date"), {}, "2026-11-23", "20780"],
    [type("date"), {}, "0044-03-15 BC", '"-0043-03-15Z"'],
    [type("date"), {}, "10000-01-01", '"+10000-01-01"'],
    [type("date"), {}, "infinity", "2146033979"],
    [type("date"), {}, "infinity", '"infinity"'],
    [type("time"), {}, "02:05:12.846509", "7512846509"],
    [type("time", { modifier: 3 }), {}, "02:05:12.846", "7512846"],
    [type("time"), { "time.precision.mode": "connect" }, "02:05:12.846509", "7512846"],
    [type("time"), {}, "02:05:00", '"02:05Z"'],
    [type("timetz"), {}, "00:00:00-15:59", '"15:59:00Z"'],
    [type("timestamp"), {}, "2026-11-23 02:05:12.846509", "1795399512846509"],
    [type("timestamp"), {}, "1969-12-31 23:59:59.9", "-100000"],
    [type("timestamp", { modifier: 3 }), {}, "2026-11-23 02:05:12.846", "1795399512846"],
    [type("timestamp"), { "time.precision.mode": "connect" }, "2026-11-23 02:05:12.846509", "1795399512846"],
    [type("timestamp"), {}, "2026-11-23 02:05:12.846509", '"2026-11-23T02:05:12.846509Z"'],
    [type("timestamp"), {}, "200000-01-01 00:00:01", '"+200000-01-01T00:00:01Z"'],
    [type("timestamp"), {}, "-infinity", "-9223372036854775808"],
    [type("timestamptz"), {}, "2026-11-23 00:05:12.5+00", '"2026-11-23T00:05:12.500000Z"'],
    [type("interval"), { "interval.handling.mode": "string" }, "P1Y2M3DT4H5M6.789S", '"P1Y2M3DT4H5M6.789S"'],
    [type("interval"), {}, "P1M", "2629800000000"],
    [type("mood", { kind: "e" }), {}, "sad", '"sad"'],
    [type("point"), {}, "(1.5,-2)", '{"x":1.5,"y":-2.0,"wkb":"","srid":null}'],
    [type("int4", { isArray: true }), {}, '["1",null]', "[1,null]"],
    [type("numeric", { isArray: true }), { "decimal.handling.mode": "string" }, '["1.50"]', '["1.5"]'],
];

describe("a value of PostgreSQL and of its event", () => {
    it.each(equal)("have the same canonical text: %j %j %s %s", (of, settings, text, json) => {
        const { ofDatabase, ofEvent } = typeText(of, valueFormat(settings))!;
        expect(ofEvent(parseExact(json))).toBe(ofDatabase(text));
    });

    it.each([
        [type("int8"), "9223372036854775807", "9223372036854775806"],
        [type("text"), "a", '"a "'],
        [type("timestamp"), "2026-11-23 02:05:12.846509", "1795399512846508"],
        [type("text", { isArray: true }), '["a","b"]', '["b","a"]'],
    ])("have different texts where they differ: %j %s %s", (of, text, json) => {
        const { ofDatabase, ofEvent } = typeText(of, valueFormat({}))!;
        expect(ofEvent(parseExact(json))).not.toBe(ofDatabase(text));
    });

    it("cannot be compared for composite and unknown types", () => {
        expect(typeText(type("pair", { kind: "c" }), valueFormat({}))).toBeUndefined();
        expect(typeText(type("geometry"), valueFormat({}))).toBeUndefined();
        expect(typeText(type("geometry", { isArray: true }), valueFormat({}))).toBeUndefined();
    });

    it("is null for a number that Debezium cannot send as a decimal", () => {
        expect(typeText(type("numeric"), valueFormat({}))!.ofDatabase("NaN")).toBeNull();
    });
});

describe("decimalOf", () => {
    it.each([
        ["0.00", "0e0"],
        ["-0", "0e0"],
        ["1e30", "1e30"],
        [
            "1234567890123456789012345678901234567890.000000000012",
            "1234567890123456789012345678901234567890000000000012e-12",
        ],
        ["-0.00000000000000000001", "-1e-20"],
        ["100", "1e2"],
    ])("%s is %s", (text, canonical) => expect(decimalOf(text)).toBe(canonical));
});
