import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withRoomsTable } from "../../../cli/contributing";
import { roomsTable } from "../../../tools/checks/rooms";

const PAGE = readFileSync(join(__dirname, "../../../CONTRIBUTING.md"), "utf8");

it("CONTRIBUTING.md shows the table of rooms that the linter enforces", () => {
    expect(PAGE).toContain(`\n${roomsTable()}\n`);
});

it("npm run docs replaces a table that is out of date", () => {
    const stale = PAGE.replace("| `servers/` ", "| `probes/`  ");
    expect(stale).not.toBe(PAGE);
    expect(withRoomsTable(stale)).toBe(PAGE);
});
