import { describe, expect, it } from "vitest";
import { changeLine } from "../../../cli/messages/changeLine";

const row = { id: 5, name: "Ann", email: null };
const event = (op: string, before: object | null, after: object | null) =>
    JSON.stringify({ before, after, op, ts_ms: 1 });
const withSchema = (payload: unknown) => JSON.stringify({ schema: { type: "struct" }, payload });

describe("changeLine", () => {
    it.each([
        ["an insert", "Struct{id=5}", event("c", null, row), 'insert  id=5  name="Ann" email=null'],
        ["a row of a snapshot", "Struct{id=5}", event("r", null, row), 'read  id=5  name="Ann" email=null'],
        ["a delete", "Struct{id=5}", event("d", row, null), 'delete  id=5  name="Ann" email=null'],
        [
            "an update, with what has changed only",
            "Struct{id=5}",
            event("u", row, { ...row, email: "a@b" }),
            'update  id=5  email=null -> "a@b"',
        ],
        ["an update of nothing", "Struct{id=5}", event("u", row, row), "update  id=5  no field has changed"],
        ["an update without the row before", null, event("u", null, { id: 5 }), "update  id=5"],
        [
            "an event with schema",
            withSchema({ id: 5 }),
            withSchema(JSON.parse(event("c", null, row))),
            'insert  id=5  name="Ann" email=null',
        ],
        ["a key of two fields", '{"a":1,"b":"x"}', event("c", null, { a: 1, b: "x", c: 2 }), 'insert  a=1,b="x"  c=2'],
        ["a truncate", null, event("t", null, null), "truncate"],
        ["a tombstone", "Struct{id=5}", null, "id=5: tombstone"],
        ["another record", "k", '{"a":1}', 'k: {"a":1}'],
        ["text", null, "hello", "hello"],
        ["a number", null, "5", "5"],
    ])("shows %s", (_, key, value, line) => {
        expect(changeLine({ key, value })).toBe(line);
    });

    it("escapes line breaks and codes for the terminal", () => {
        expect(changeLine({ key: null, value: "a\u001b[2Jb\nc\u009bd" })).toBe("a\\x1b[2Jb\\x0ac\\x9bd");
        const value = event("c", null, { name: "\u001b[2J\u009b" });
        expect(changeLine({ key: null, value })).toBe('insert  name="\\u001b[2J\\x9b"');
    });
});
