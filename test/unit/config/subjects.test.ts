import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConfigError } from "../../../config/errors";
import { parseConfig } from "../../../config/load";
import { problemLine } from "../../../config/problem";
import { runsRegistry } from "../../../connectors/formats";

let folder: string;

beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-schemas-"));
    for (const file of ["a.avsc", "b.avsc", "c.json", "d.proto", "e.txt"]) writeFileSync(join(folder, file), '"int"');
});

afterAll(() => rmSync(folder, { recursive: true }));

const at = (file: string) => join(folder, file);
const load = (subjects: object) => parseConfig({ registry: { subjects } });

it("have the text of their files, and the type by the end of the files' names", () => {
    const reference = { name: "b", subject: "b-value" };
    const config = load({
        "a-value": { schemaFile: at("a.avsc"), references: [reference], compatibility: "FULL" },
        "b-value": { schemaFile: at("b.avsc") },
        "c-value": { schemaFile: at("c.json") },
        "d-value": { schemaFile: at("d.proto") },
        "e-value": { schemaFile: at("e.txt"), type: "PROTOBUF" },
        "f-value": { compatibility: "NONE" },
    });
    const schema = (type: string, references: object[] = []) => ({ schema: { type, text: '"int"', references } });
    expect(config.subjects).toEqual([
        { subject: "a-value", compatibility: "FULL", ...schema("AVRO", [reference]) },
        { subject: "b-value", ...schema("AVRO") },
        { subject: "c-value", ...schema("JSON") },
        { subject: "d-value", ...schema("PROTOBUF") },
        { subject: "e-value", ...schema("PROTOBUF") },
        { subject: "f-value", compatibility: "NONE" },
    ]);
});

it("need a registry, whatever the format is", () => {
    expect(runsRegistry(parseConfig({}))).toBe(false);
    expect(runsRegistry(load({ "a-value": { compatibility: "FULL" } }))).toBe(true);
    const other = { url: "https://r.example.com", subjects: { "a-value": { compatibility: "FULL" } } };
    const config = parseConfig({ registry: other });
    expect(runsRegistry(config)).toBe(false);
    expect(config.warnings).toEqual([]);
});

it("must not refer to themselves, also by others", () => {
    const refer = (file: string, ...subjects: string[]) => ({
        schemaFile: at(file),
        references: subjects.map((subject) => ({ name: "n", subject })),
    });
    const entries = {
        "a-value": refer("a.avsc", "b-value"),
        "b-value": refer("b.avsc", "c-value", "a-value"),
        "c-value": refer("c.json", "c-value"),
    };
    const lines = () => {
        try {
            load(entries);
            return [];
        } catch (error) {
            return (error as ConfigError).problems.map(problemLine);
        }
    };
    expect(lines()).toEqual([
        'registry.subjects.a-value.references = ["b-value"]: refer to the subject itself: a-value -> b-value -> a-value; remove one of these references',
        'registry.subjects.b-value.references = ["c-value","a-value"]: refer to the subject itself: b-value -> a-value -> b-value; remove one of these references',
        'registry.subjects.c-value.references = ["c-value"]: refer to the subject itself: c-value -> c-value; remove one of these references',
    ]);
});
