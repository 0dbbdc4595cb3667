import { Connector } from "@connect-cdc/connector";
import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { declareSnapshots, declareTables, type TableListDeclaration } from "../../../components/capturedTables";
import type { ConnectCluster } from "../../../components/connectCluster";
import { recordResources, theResource } from "../../support/mocks";

const list: TableListDeclaration = {
    owner: undefined,
    tables: { "sales.orders": { replicaIdentity: "full" }, "sales.*": { snapshot: "none" } },
    publication: "dbz_publication",
    url: { secret: "owner-url" },
    manage: true,
    sources: [{ name: "dbz-source" }, { name: "second" }],
    followers: [{ name: "dbz-source", entry: { name: "Source 1" } }],
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

it("declares that sources which follow a list read what its tables have", async () => {
    const resources = await recordResources();
    const restUrls = ["http://127.0.0.1:7070"];
    const cluster = new pulumi.ComponentResource("cdc:index:ConnectCluster", "connect");
    const connect = Object.assign(cluster, { restUrls: pulumi.output(restUrls) }) as unknown as ConnectCluster;
    const source = { cluster: "c", restUrls, name: "Source 1", class: "a.B", config: {} };
    const connectors = { "dbz-source": new Connector("dbz-source", source) };
    const args = { secrets: { "owner-url": pulumi.secret(url) }, connect, connectors };
    const lists = [list, { ...list, manage: false }, { ...list, url: undefined }];
    declareSnapshots(lists, { ...args, signalTable: "cdc.signals" });
    declareSnapshots(lists, args);

    const declared = () => resources.filter(({ type }) => type.endsWith("TableSnapshots"));
    await expect.poll(() => declared().length).toBeGreaterThan(0);
    expect(declared()).toHaveLength(1);
    expect(theResource(resources, "TableSnapshots", "dbz-source-snapshots").inputs).toMatchObject({
        url: { secret: url },
        signalTable: "cdc.signals",
        connector: { secret: { name: "Source 1", restUrls } },
        tables: { "sales.orders": {}, "sales.*": { snapshot: "none" } },
    });
});
