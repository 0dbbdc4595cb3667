import { afterAll, beforeAll, expect, it } from "vitest";
import { ConnectorProgram } from "../support/workers/connectorProgram";
import { PostgresProcess } from "../support/workers/postgresProcess";

const PROGRAM = `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CapturedTables } from "@connect-cdc/connector";

new CapturedTables("tables", JSON.parse(readFileSync(join(__dirname, "tables.json"), "utf8")));
`;

let postgres: PostgresProcess;
let program: ConnectorProgram;

beforeAll(async () => {
    [postgres, program] = await Promise.all([PostgresProcess.start(), ConnectorProgram.create(PROGRAM)]);
    await postgres.query("create schema cdc");
    for (const name of ["customers", "orders", "items"]) {
        await postgres.query(`create table cdc.${name} (id int primary key)`);
    }
});

afterAll(async () => {
    program?.remove();
    await postgres?.close();
});

function declare(tables: Record<string, object>): void {
    program.write("tables.json", JSON.stringify({ url: postgres.url, publication: "dbz", tables }));
}

it("the CLI's preview shows which tables come, go and change, and no password", async () => {
    declare({ "cdc.customers": {}, "cdc.orders": {} });
    const created = await program.up();
    declare({ "cdc.customers": { replicaIdentity: "full" }, "cdc.items": {} });
    const preview = await program.run("preview", "--stack", "test");
    expect(preview.code).toBe(0);
    for (const line of ["+ cdc.items", "- cdc.orders", "~ cdc.customers: replica identity full"]) {
        expect(preview.output).toMatch(new RegExp(`^ +${line.replaceAll(/[+.]/g, "\\$&")}$`, "m"));
    }
    const updated = await program.up();
    expect(updated.output).toContain("ALTER PUBLICATION dbz ADD TABLE cdc.items");
    expect((await program.run("preview", "--stack", "test", "--expect-no-changes")).code).toBe(0);
    for (const { output } of [created, preview, updated, await program.run("stack", "export", "--stack", "test")]) {
        expect(output).not.toContain("of-a-test");
    }
});
