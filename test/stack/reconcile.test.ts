import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TableReport } from "../../reconcile/reconcile";
import { parseAddress } from "../../servers/address";
import { sharedStack } from "../support/stack/sharedStack";

const ID = 2_000_000_001;
const stack = sharedStack();
let client: Client;

beforeAll(async () => {
    const { address = "", name: database, user, password } = (await stack.outputs()).database;
    client = new Client({ ...parseAddress(address), database, user, password });
    await client.connect();
});

afterAll(async () => {
    await client.query("delete from cdc.customers where id = $1", [ID]);
    await client.end();
});

async function report(): Promise<{ code: number | null; report: TableReport }> {
    const { code, stdout, stderr } = await stack.npmRun("reconcile", "cdc.customers", "--json");
    expect(stderr).toBe("");
    return { code, report: (JSON.parse(stdout) as TableReport[])[0]! };
}

describe("npm run reconcile", () => {
    it("finds a row whose event never reached the topic, and none after its remedy", async () => {
        await client.query("alter publication dbz_publication drop table cdc.customers");
        try {
            await client.query("insert into cdc.customers (id, first_name) values ($1, 'private')", [ID]);
        } finally {
            await client.query("alter publication dbz_publication add table cdc.customers");
        }
        const { code, stdout } = await stack.npmRun("reconcile");
        expect(stdout).toMatch(/^cdc\.customers: WRONG in \S+\.cdc\.customers: 1 missing of [\d,]+ rows$/m);
        expect(stdout).toContain(`    missing: id=${ID}\n`);
        expect(stdout).not.toContain("private");
        expect(code).toBe(1);

        await client.query("update cdc.customers set id = id where id = $1", [ID]);
        expect(await report()).toMatchObject({
            code: 0,
            report: {
                counts: { missing: 0, superfluous: 0, different: 0 },
                uncompared: [],
                completeUpTo: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
            },
        });
    });

    it("refuses a table that no source captures", async () => {
        const { code, stderr } = await stack.npmRun("reconcile", "cdc.custmers");
        expect(stderr).toMatch(/^table "cdc\.custmers" not found; did you mean cdc\.customers\?/);
        expect(code).toBe(1);
    });
});
