import { describe, expect, it } from "vitest";
import { snapshotTargets, sourceNamed } from "../../../cli/commands/snapshot";

const inputs = (name: string) => ({
    url: "postgresql://a:b@127.0.0.1:5432/c",
    signalTable: "cdc.debezium_signal",
    connector: { name, restUrls: ["http://127.0.0.1:7070"] },
    timeoutSeconds: 3600,
    tables: { "cdc.orders": {} },
});
const resource = (name: string) => ({
    urn: `urn:pulumi:dev::connect-cdc::x::${name}`,
    type: "pulumi-nodejs:dynamic/cdc:TableSnapshots",
    inputs: inputs(name),
});

describe("the source of npm run snapshot", () => {
    const other = { urn: "urn:pulumi:dev::connect-cdc::x::y", type: "pulumi:pulumi:Stack" };
    const targets = (...names: string[]) =>
        snapshotTargets({ resources: [other, ...names.map(resource)], pendingOperations: [] });

    it("is the only one of the stack", () => {
        const { tables: _, ...target } = inputs("dbz-source");
        expect(sourceNamed(undefined, targets("dbz-source"))).toEqual(target);
    });

    it("is the named one of several", () => {
        expect(sourceNamed("second", targets("dbz-source", "second")).connector.name).toBe("second");
    });

    it.each([
        ["none takes signals", undefined, [], "list its tables in database.tables"],
        ["no name is given", undefined, ["a", "b"], "name a source with --connector: a, b"],
        ["the name is unknown", "sec", ["second"], 'source "sec" not found; did you mean second?'],
    ])("is an error when %s", (_what, name, names, text) => {
        expect(() => sourceNamed(name, targets(...names))).toThrow(text);
    });
});
