import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
    offsetsAfter,
    offsetSteps,
    replacing,
    sameOffsets,
} from "../../../../packages/connector/src/position/offsetList";
import {
    readOffsetsFile,
    readOffsetsOf,
    renderOffsets,
    SavedOffsets,
    saveOffsets,
} from "../../../../packages/connector/src/position/offsetsFile";

const saved: SavedOffsets = {
    version: 1,
    connector: "a sink/with odd name",
    class: "example.Sink",
    type: "sink",
    kafkaClusterId: "c1",
    savedAt: "2026-01-31T12:00:00.123Z",
    offsets: [{ partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: 5 } }],
};

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(content: unknown): string {
    const path = join(folder, "given.json");
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
}

describe("an offsets file", () => {
    it("is written for its owner only, never over another one, and read again", () => {
        const path = saveOffsets(join(folder, "offsets"), saved);
        expect(basename(path)).toBe("a_sink_with_odd_name-2026-01-31T12-00-00-123Z.json");
        expect(statSync(path).mode & 0o777).toBe(0o600);
        expect(readOffsetsFile(path)).toEqual(saved);
        expect(readOffsetsOf(path)).toEqual(saved.offsets);
        expect(() => saveOffsets(join(folder, "offsets"), saved)).toThrow("EEXIST");
    });

    it("keeps numbers as they were written, also those that JavaScript would write otherwise", () => {
        const text = JSON.stringify(saved).replace(
            '{"kafka_offset":5}',
            String.raw`{"id":9007199254740993,"at":1.0,"e":1E400,"text":"9007199254740993 \" 1.0","n":-7}`,
        );
        const read = readOffsetsFile(file(text));
        expect(sameOffsets(read.offsets, readOffsetsOf(file(text)))).toBe(true);
        expect(sameOffsets(read.offsets, readOffsetsOf(file(text.replace("0993,", "0992,"))))).toBe(false);
        expect(JSON.stringify(read)).not.toContain("9007199254740993,");
        const compact = (json: string) => json.replaceAll(/\n\s*|(?<=":) /g, "");
        expect(compact(renderOffsets(read))).toBe(text);
        expect(readFileSync(saveOffsets(folder, read), "utf8")).toBe(renderOffsets(read));
    });

    it.each<[unknown, string]>([
        ["not JSON", "is not JSON"],
        [[], 'must contain an object with "offsets"'],
        [{ ...saved, version: undefined }, "it has no version; it must have version 1"],
        [{ ...saved, version: 2 }, "it has version 2; it must have version 1"],
        [{ ...saved, kafkaClusterId: 7 }, '"kafkaClusterId" must be text'],
        [{ ...saved, offsets: {} }, '"offsets" must be a list'],
        [{ ...saved, offsets: [{ offset: {} }] }, "offsets[0].partition must be an object"],
        [{ ...saved, offsets: [{ partition: {}, offset: 5 }] }, "offsets[0].offset must be an object, or null"],
    ])("%j is refused", (content, message) => {
        const path = file(content);
        expect(() => readOffsetsFile(path)).toThrow(message);
        expect(() => readOffsetsFile(path)).toThrow(path);
    });

    it("is refused when it does not exist", () => {
        expect(() => readOffsetsFile(join(folder, "nope"))).toThrow(/nope cannot be read: ENOENT/);
    });
});

describe("lists of offsets", () => {
    const at = (name: string, position: number | string | null, more = {}) => ({
        partition: { name, ...more },
        offset: position === null ? null : { position },
    });

    it("are the same in whatever order, and with numbers as text", () => {
        expect(sameOffsets([at("a", 1), at("b", 2)], [at("b", 2), at("a", "1")])).toBe(true);
        expect(sameOffsets([at("a", 1)], [at("a", 2)])).toBe(false);
        expect(sameOffsets([at("a", 1)], [at("a", 1), at("b", 2)])).toBe(false);
        expect(sameOffsets([at("a", 1)], [at("b", 1)])).toBe(false);
        const [left, right] = [
            { partition: { x: 1, y: 2 }, offset: {} },
            { partition: { y: 2, x: 1 }, offset: {} },
        ];
        expect(sameOffsets([left], [right])).toBe(true);
    });

    it("change one partition by one", () => {
        expect(offsetsAfter([at("a", 1), at("b", 2)], [at("b", null), at("c", 3)])).toEqual([at("a", 1), at("c", 3)]);
    });

    it("are made the only ones", () => {
        expect(replacing([at("a", 1), at("b", 2)], [at("a", 5)])).toEqual([at("a", 5), at("b", null)]);
    });

    it("show each partition before and after", () => {
        expect(offsetSteps([at("a", 1), at("b", 2)], [at("b", 3), at("c", 4)])).toEqual([
            { partition: { name: "a" }, before: { position: 1 }, after: undefined },
            { partition: { name: "b" }, before: { position: 2 }, after: { position: 3 } },
            { partition: { name: "c" }, before: undefined, after: { position: 4 } },
        ]);
    });
});
