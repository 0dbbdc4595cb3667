import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../config/errors";
import { parseConfig } from "../../../config/load";
import { problemLine } from "../../../config/problem";
import { schemaWriters } from "../../../connectors/schemaWriters";

function problems(clients: object, tls: string): string[] {
    try {
        parseConfig({ security: { tls, clients } });
        return [];
    } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.problems.map(problemLine);
    }
}

describe("certificates for clients", () => {
    it("need TLS, and no name that members have", () => {
        expect(problems({ shop: { registry: "write" } }, "require")).toEqual([]);
        expect(problems({ shop: {} }, "off")).toEqual([expect.stringContaining("security.clients.shop")]);
        for (const name of ["kafka", "connect", "operator"]) {
            expect(problems({ [name]: {} }, "require")).toEqual([expect.stringContaining("stack's own members")]);
        }
        expect(problems({ shop: { registry: "all" } }, "require")).toEqual([expect.stringContaining("read or write")]);
    });

    it("may change schemas where config says so", () => {
        const clients = { shop: { registry: "write" }, prometheus: {} };
        expect(schemaWriters(parseConfig({ security: { tls: "require", clients } }))).toEqual([
            "connect",
            "operator",
            "shop",
        ]);
    });
});
