import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import axios from "axios";
import { beforeAll, describe, expect, it } from "vitest";
import { done, pending, waitFor } from "../../../servers/wait";
import { differences, type ExpectedRow, type Row } from "../../support/rows/typeDifferences";
import { rowsInSet, selectExpected, typeColumns } from "../../support/rows/typesTable";
import { parseXmlTree } from "../../support/rows/xmlTree";
import { typesTopic } from "./clients";
import { type Format, FORMATS, type FormatServers } from "./formatServers";

const WRITERS = ["JsonWriter", "XmlWriter"] as const;
type Writer = (typeof WRITERS)[number];

/** Sinks of the topics of all types, with our transforms, that write a file. */
export function writers(servers: FormatServers): void {
    const nameOf = (format: Format, writer: Writer) => `${format}-${writer}`;
    const fileOf = (format: Format, writer: Writer) => join(servers.connect.folder, nameOf(format, writer));

    const sink = (format: Format, writer: Writer) =>
        axios.put(`${servers.connectorUrl(nameOf(format, writer))}/config`, {
            "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
            topics: typesTopic(format),
            file: fileOf(format, writer),
            ...servers.converters(format),
            // The texts of the transform need no schema
            transforms: "write",
            "transforms.write.type": `dev.connectcdc.transforms.${writer}`,
            ...(writer === "XmlWriter" ? { "transforms.write.root.element": "${table}" } : {}),
        });

    /** Waits for the rows of both sets. */
    async function documents(format: Format, writer: Writer): Promise<string[]> {
        const end = writer === "JsonWriter" ? /(?<=\})\n/ : /(?<=<\/all_types>)\n/;
        const check = async () => {
            const file = fileOf(format, writer);
            const found = existsSync(file) ? readFileSync(file, "utf8").split(end).slice(0, -1) : [];
            return found.length >= 2 * rowsInSet ? done(found) : pending(`${found.length} rows`);
        };
        return waitFor(check, { what: nameOf(format, writer), timeoutSeconds: 60, intervalSeconds: 0.2 });
    }

    async function expectTypes(format: Format, rows: Row[], asFound?: (text: string) => string): Promise<void> {
        const names = ["id", ...typeColumns.map(({ name }) => name)];
        const byName = rows.map((row) => {
            // Names of Avro have only letters, digits and _
            expect(Object.keys(row)).toEqual(format === "avro" ? names.map(avroName) : names);
            return Object.fromEntries(Object.values(row).map((value, i) => [names[i], value]));
        });
        const expected = await servers.postgres.query<ExpectedRow>(selectExpected("withRegistry"));
        const found = expected.flatMap((row) =>
            differences(
                row,
                byName.find(({ id }) => id === String(row.id)),
                asFound,
            ),
        );
        expect(found).toEqual([]);
    }

    describe.each(FORMATS)("sinks that read %s", (format) => {
        beforeAll(async () => {
            await Promise.all(WRITERS.map((writer) => sink(format, writer)));
        });

        it("write JSON with the columns in the order of the table and each type as PostgreSQL shows it", async () => {
            const rows: Row[] = [];
            for (const document of await documents(format, "JsonWriter")) {
                const fields = await servers.postgres.query<{ key: string; value: string | null }>(
                    "select key, value from json_each_text($1::json)",
                    [document],
                );
                rows.push(Object.fromEntries(fields.map(({ key, value }) => [key, value])));
            }
            await expectTypes(format, rows);
        });

        it("write XML with the columns in the order of the table and each type as PostgreSQL shows it", async () => {
            const found = await documents(format, "XmlWriter");
            const rows = found.map((document) => parseXmlTree(document, "all_types") as Row);
            // Infinity is that of XML Schema
            const asXml = (text: string) =>
                text.replace(/^(-?)Infinity$/, "$1INF").replace(/[\0-\x08\v\f\x0e-\x1f]/g, "�");
            await expectTypes(format, rows, asXml);
        });
    });
}

function avroName(name: string): string {
    return name.replace(/^\d/, "_$&").replace(/[^A-Za-z0-9_]/g, "_");
}
