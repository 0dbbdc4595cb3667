import { describe, expect, it } from "vitest";
import { firstCells, messagesIn, sectionsOf, sourcesIn, unsaidPieces } from "../../support/docs/troubleshooting";

/** Where the messages of each section come from. */
const SOURCES: Record<string, string[]> = {
    "": ["cli/stack", "config", "images/staging", "preflight", "servers"],
    "Config problems": ["config", "connectors", "images/staging", "packages/connector/src"],
    "This machine is not ready": ["preflight"],
    Images: ["images/staging"],
    "The CLI's errors": ["cli/stack"],
    Servers: ["components/rolling", "servers"],
    Connectors: ["packages/connector/src"],
    Converters: ["plugins/schema-registry/src/main"],
};

/** Messages that other programs print; this repository has no text of theirs to compare with. */
const FOREIGN = [
    "The connector is trying to read change stream starting at <position>, but this is no longer available on the server",
    "RecordTooLargeException",
    "exceeds the maximum allowed (20000000, from <where>)",
    "java.lang.OutOfMemoryError",
    "Result set exceeded maxResultBuffer limit",
];

const sections = sectionsOf("troubleshooting.md");

describe("docs/troubleshooting.md", () => {
    it("has its tables in sections that are compared here", () => {
        const withTables = Object.keys(sections).filter((name) => firstCells(sections[name]!).length > 0);
        const known = [...Object.keys(SOURCES), "Messages of Kafka, Java and Debezium", "Symptoms"];
        expect(withTables.sort()).toEqual(known.sort());
    });

    it.each(Object.keys(SOURCES))("lists no message that no source contains: section %j", (name) => {
        const cells = firstCells(sections[name]!);
        expect(cells.filter((cell) => messagesIn(cell).length === 0)).toEqual([]);
        expect(unsaidPieces(cells.flatMap(messagesIn), sourcesIn(SOURCES[name]!))).toEqual([]);
    });

    it("lists messages of other programs only where they are known", () => {
        expect(firstCells(sections["Messages of Kafka, Java and Debezium"]!).flatMap(messagesIn)).toEqual(FOREIGN);
    });

    it("has no message among the symptoms", () => {
        expect(firstCells(sections["Symptoms"]!).flatMap(messagesIn)).toEqual([]);
    });
});
