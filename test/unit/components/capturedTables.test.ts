import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { declareTables, type TableListDeclaration } from "../../../components/capturedTables";
import { recordResources, theResource } from "../../support/mocks";

const list: TableListDeclaration = {
    owner: undefined,
    tables: { "sales.orders": { replicaIdentity: "full" }, "sales.*": {} },
    publication: "dbz_publication",
    url: { secret: "owner-url" },
    manage: true,
    sources: [{ name: "dbz-source" }, { name: "second" }],
};
const url = "postgresql://owner:pw1@db.example.com:5432/shop";

it("declares what a list needs, and what its sources wait for", async () => {
    const resources = await recordResources();
    const lists = [list, { ...list, owner: "third", url: undefined, sources: [{ name: "third" }] }];
    const tables = declareTables(lists, { secrets: { "owner-url": pulumi.secret(url) }, signalTable: "cdc.signals" });
    await Promise.all(Object.values(tables).map((resource) => new Promise((resolve) => resource.urn.apply(resolve))));

    expect(Object.keys(tables)).toEqual(["dbz-source", "second"]);
    expect(tables["dbz-source"]).toBe(tables["second"]);
    expect(resources).toHaveLength(1);
    expect(theResource(resources, "CapturedTables", "tables").inputs).toMatchObject({
        url: { secret: url },
        publication: "dbz_publication",
        tables: { "sales.orders": { replicaIdentity: "full" }, "sales.*": {} },
        signalTable: "cdc.signals",
        manage: true,
    });
});
