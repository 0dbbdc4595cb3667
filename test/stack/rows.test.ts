import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Customer } from "../support/rows/rows";
import { Pipeline } from "../support/stack/pipeline";
import { sharedStack } from "../support/stack/sharedStack";

let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(sharedStack());
});

afterAll(() => pipeline?.close());

/** A row as the XML queue has it: text, with what XML 1.0 cannot hold replaced. */
function asXml({ id, ...row }: Customer): Record<string, string | null> {
    const texts = Object.entries(row).map(([name, value]) => [
        name,
        value?.replace(/[\0-\x08\v\f\x0e-\x1f]/g, "\uFFFD") ?? null,
    ]);
    return { id: String(id), ...(Object.fromEntries(texts) as Record<string, string | null>) };
}

/** Compares what both queues got for these ids with the expected states, one by one and in order. */
function expectRows(expected: Customer[]): void {
    const ids = [...new Set(expected.map(({ id }) => id))];
    expect(pipeline.jsonRows(ids)).toEqual(expected);
    expect(pipeline.xmlRows(ids)).toEqual(expected.map(asXml));
}

describe("rows arrive in both queues, as JSON and as XML", () => {
    it("inserts, one message each, in order", async () => {
        const rows: Customer[] = [];
        for (let i = 0; i < 50; i++) {
            rows.push(
                await pipeline.table.insert({
                    first_name: `first ${i}`,
                    last_name: `last ${i}`,
                    email: `${i}@example.com`,
                }),
            );
        }
        await pipeline.passMarker();
        expectRows(rows);
    });

    it("updates, each with its new state, in the order of the key", async () => {
        const row = await pipeline.table.insert({ first_name: "v0", last_name: "x", email: "update@example.com" });
        const states = [row];
        for (let version = 1; version <= 20; version++) {
            const state = { ...row, first_name: `v${version}` };
            await pipeline.table.update(state);
            states.push(state);
        }
        await pipeline.passMarker();
        expectRows(states);
    });

    it("no message for a delete, and the row's earlier ones stay", async () => {
        const row = await pipeline.table.insert({ first_name: "short", last_name: "lived", email: "gone@example.com" });
        await pipeline.table.delete(row.id);
        await pipeline.passMarker();
        expectRows([row]);
    });

    it("a deleted email can be used again", async () => {
        const email = "again@example.com";
        const first = await pipeline.table.insert({ first_name: "1", last_name: "x", email });
        await pipeline.table.delete(first.id);
        const second = await pipeline.table.insert({ first_name: "2", last_name: "x", email });
        await pipeline.passMarker();
        expectRows([first, second]);
    });

    it("NULL and the empty text stay different things", async () => {
        const empty = await pipeline.table.insert({ first_name: "", last_name: "", email: "" });
        const nothing = await pipeline.table.insert({ first_name: null, last_name: null, email: null });
        await pipeline.passMarker();
        expectRows([empty, nothing]);
    });

    it.each([
        ["letters of many scripts", "Łukasz Ünïcödé 王小明 Ελένη שָׁלוֹם 🙂👩‍👩‍👧 e\u0301"],
        ["markup", `</customer><script>alert("1" & '2')</script> <![CDATA[x]]> ]]> &amp; &#65; <!-- -- -->`],
        ["quotes and backslashes", `"\\" \\u0041 {"json": true} %s \${x} '`],
        ["blanks", "  two  blanks, \t tab, \n newline, \r\n both, \r return \u00a0 \u2028 \u2029 end "],
        ["control characters", "a\u0001b\u0008c\u000bd\u001fe\u007ff\u0085g"],
        ["a long text", "äöü<>&".repeat(40)],
    ])("%s", async (_what, text) => {
        const row = await pipeline.table.insert({ first_name: text, last_name: text, email: text });
        await pipeline.passMarker();
        expectRows([row]);
    });

    it("a thousand rows of one transaction, all of them once and in order", async () => {
        const ids = await pipeline.table.insertRandom(1000);
        await pipeline.untilArrived(ids);
        expect(pipeline.jsonRows(ids).map(({ id }) => id)).toEqual(ids);
        expect(pipeline.xmlRows(ids).map(({ id }) => Number(id))).toEqual(ids);
    });
});
