import { Client } from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { readByPython } from "../../support/rows/pythonClient";
import type { RowEvent, Texts } from "../../support/rows/registryRows";
import { differences, type ExpectedRow } from "../../support/rows/typeDifferences";
import { insertSet, makeTable, rowsInSet, selectExpected, typeColumns } from "../../support/rows/typesTable";
import { allowEveryChange } from "../../support/workers/registryProcess";
import { type Format, FORMATS, type FormatServers } from "./formatServers";

const sourceOf = (format: Format) => `types_${format}`;
export const typesTopic = (format: Format) => `${sourceOf(format)}.cdc.all_types`;
const evolvingTopic = (format: Format) => `${sourceOf(format)}.cdc.evolving`;

/** Changes of a table while rows flow: columns that come, go, change name and type. */
const CHANGES = [
    "add c text",
    "drop a",
    "rename b to d",
    "alter d type text",
    "add e text default 'x'",
    "alter e drop default, alter e type int using 5",
];

export function clients(servers: FormatServers): void {
    /** The rows of the evolving table as they were after their insertion, by id. */
    const evolved: Record<string, Texts>[] = [];

    async function asSuperuser(statements: string[]): Promise<void> {
        const client = new Client({ connectionString: servers.postgres.superuserUrl });
        await client.connect();
        try {
            for (const sql of statements) await client.query(sql);
        } finally {
            await client.end();
        }
    }

    async function insertEvolving(): Promise<void> {
        const id = evolved.length + 1;
        await servers.postgres.query("insert into cdc.evolving values ($1)", [id]);
        const [found] = await servers.postgres.query<{ row: Record<string, Texts> }>(
            "select (select json_object_agg(key, value) from json_each_text(row_to_json(evolving))) as row " +
                "from cdc.evolving where id = $1",
            [id],
        );
        evolved.push(found!.row);
    }

    async function expectTypes(events: RowEvent[]): Promise<void> {
        const expected = await servers.postgres.query<ExpectedRow>(selectExpected("typed"));
        // Names are not the table's in each format and client, but their order is
        const names = ["id", ...typeColumns.map(({ name }) => name)];
        const rows = events.map(({ row }) => {
            expect(Object.keys(row)).toHaveLength(names.length);
            return Object.fromEntries(Object.values(row).map((value, i) => [names[i], value]));
        });
        const found = expected.flatMap((row) =>
            differences(
                row,
                rows.find(({ id }) => id === String(row.id)),
            ),
        );
        expect(found).toEqual([]);
    }

    describe("clients that nobody here wrote", () => {
        let byPython: Record<string, RowEvent[]>;

        beforeAll(async () => {
            await asSuperuser([
                "create schema cdc authorization cdcadmin",
                ...makeTable,
                "create table cdc.evolving (id int primary key, a int default 1, b int not null default 2)",
                "alter table cdc.evolving owner to cdcadmin",
                "alter publication all_types add table cdc.evolving",
                "grant all on all tables in schema cdc to cdcadmin",
                "grant all on all sequences in schema cdc to cdcadmin",
            ]);
            for (const sql of insertSet) await servers.postgres.query(sql);
            await insertEvolving();
            const tables = { publication: "all_types", tables: "cdc.all_types,cdc.evolving" };
            await Promise.all(FORMATS.map((format) => servers.source(sourceOf(format), format, tables)));
            for (const format of FORMATS) {
                await servers.rows(evolvingTopic(format), 1);
                await allowEveryChange(servers.registry.url, `${evolvingTopic(format)}-value`);
            }
            for (const sql of insertSet) await servers.postgres.query(sql);
            for (const change of CHANGES) {
                await servers.postgres.query(`alter table cdc.evolving ${change}`);
                await insertEvolving();
            }
            const counts = FORMATS.flatMap((format) => [
                [typesTopic(format), 2 * rowsInSet],
                [evolvingTopic(format), evolved.length],
            ]);
            byPython = await readByPython(
                servers.connect.bootstrapServers,
                servers.registry.url,
                Object.fromEntries(counts) as Record<string, number>,
            );
        });

        describe.each(FORMATS)("of %s", (format) => {
            it("read each type as the table has it, in JavaScript", async () => {
                await expectTypes(await servers.rows(typesTopic(format), 2 * rowsInSet));
            });

            it("read each type as the table has it, in Python", async () => {
                await expectTypes(byPython[typesTopic(format)]!);
            });

            it("read rows from before and after each change of the columns, in JavaScript", async () => {
                const events = await servers.rows(evolvingTopic(format), evolved.length);
                expect(events.map(({ row }) => row)).toEqual(evolved);
            });

            it("read rows from before and after each change of the columns, in Python", () => {
                expect(byPython[evolvingTopic(format)]!.map(({ row }) => row)).toEqual(evolved);
            });
        });
    });
}
