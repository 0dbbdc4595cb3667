import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../config/load";
import { endpointsOf } from "../../../connectors/endpoints";
import { tableLists } from "../../../connectors/tableLists";

/** Each list as one line. */
function lists(raw: Record<string, unknown>): string[] {
    const config = parseConfig({ secrets: { u: "x", "database-password": "x" }, ...raw });
    return tableLists(config, endpointsOf(config).database).map(
        ({ section, publication, url, manage, sources, followers }) => {
            const names = (some: { name: string }[]) => some.map(({ name }) => name).join();
            const where = typeof url === "object" ? url.secret : (url ?? "unknown");
            const how = manage ? "managed" : "checked";
            return `${section}: ${publication} at ${where}, ${how}, of ${names(sources)}, followed by ${names(followers)}`;
        },
    );
}

const second = (config: object, more: object = {}) => ({
    second: {
        class: "io.debezium.connector.postgresql.PostgresConnector",
        tasksMax: 1,
        state: "running",
        config: { "topic.prefix": "second", ...config },
        ...more,
    },
});
const foreign = { managed: false, host: "db.example.com", tables: { "public.orders": {}, "cdc.customers": null } };
const sinks = { "json-jms-sink": null, "xml-jms-sink": null };

describe("lists of tables", () => {
    it("are one by default, which the stack's source follows", () => {
        expect(lists({})).toEqual(["database: dbz_publication at own, managed, of dbz-source, followed by dbz-source"]);
    });

    it("are none where the tables are removed", () => {
        const connectors = { "dbz-source": { config: { "table.include.list": "cdc.customers" } } };
        expect(lists({ connectors, database: { tables: null } })).toEqual([]);
    });

    it.each([
        ["filters of its own", second({ "table.include.list": "cdc.customers" }), "dbz-source,second"],
        ["no defaults", second({ "topic.prefix": "second" }, { addDefaults: false }), "dbz-source"],
        ["a publication of its own", second({ "publication.name": "other" }), "dbz-source"],
        ["another database", second({ "database.dbname": "other" }), "dbz-source"],
    ])("are not followed by a source with %s", (_what, connectors, sources) => {
        const expected = `database: dbz_publication at own, managed, of ${sources}, followed by dbz-source`;
        expect(lists({ connectors })).toEqual([expected]);
    });

    it("may belong to a connector", () => {
        const connectors = second({ "publication.name": "other" }, { tables: { "second.notes": {} } });
        expect(lists({ connectors })[1]).toBe(
            "connectors.second: other at own, managed, of second, followed by second",
        );
    });

    it("of a connector may be in another database", () => {
        const more = { tables: { "second.notes": {} }, tablesUrl: { secret: "u" }, manageTables: false };
        const connectors = second({ "database.hostname": "db.example.com" }, more);
        expect(lists({ connectors })[1]).toBe(
            "connectors.second: dbz_publication at u, checked, of second, followed by second",
        );
    });

    it.each([
        ["without a URL", {}, "unknown, managed"],
        ["with a URL", { tablesUrl: { secret: "u" } }, "u, managed"],
        ["to check only", { tablesUrl: { secret: "u" }, manageTables: false }, "u, checked"],
    ])("of a database of others, %s", (_how, more, expected) => {
        expect(lists({ connectors: sinks, database: { ...foreign, ...more } })).toEqual([
            `database: dbz_publication at ${expected}, of dbz-source, followed by dbz-source`,
        ]);
    });
});
