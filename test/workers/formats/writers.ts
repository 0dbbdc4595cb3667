import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JMS_SINK_CLASS, jmsSink } from "../../../connectors/jmsSink";
import { type QueueReader, readQueue } from "../../../servers/queueReader";
import { done, pending, waitFor } from "../../../servers/wait";
import { differences, type ExpectedRow, type Row } from "../../support/rows/typeDifferences";
import { rowsInSet, selectExpected, typeColumns } from "../../support/rows/typesTable";
import { parseXmlTree } from "../../support/rows/xmlTree";
import { type ArtemisProcess, startArtemis } from "../../support/workers/artemisProcess";
import { typesTopic } from "./clients";
import { type Format, FORMATS, type FormatServers } from "./formatServers";

const WRITERS = ["JsonWriter", "XmlWriter"] as const;
type Writer = (typeof WRITERS)[number];

/** Of a sink and its queue. */
const nameOf = (format: Format, writer: Writer) => `${format}-${writer}`;

/** JMS sinks of the topics of all types, with our transforms. */
export function writers(servers: FormatServers): void {
    const readers: QueueReader[] = [];
    const messages: Record<string, string[]> = {};
    let broker: ArtemisProcess;

    async function startSink(format: Format, writer: Writer): Promise<void> {
        const { address, user, password } = broker;
        const name = nameOf(format, writer);
        const bodies: string[] = (messages[name] = []);
        readers.push(await readQueue(broker, name, { browse: false, onMessage: ({ body }) => bodies.push(body) }));
        await axios.put(`${servers.connectorUrl(name)}/config`, {
            "connector.class": JMS_SINK_CLASS,
            topics: typesTopic(format),
            ...jmsSink({ url: `tcp://${address}`, user, password }),
            "jms.destination.name": name,
            ...servers.converters(format),
            transforms: "write",
            "transforms.write.type": `dev.connectcdc.transforms.${writer}`,
            ...(writer === "XmlWriter" ? { "transforms.write.root.element": "${table}" } : {}),
        });
    }

    /** Waits for the rows of both sets. */
    function documents(format: Format, writer: Writer): Promise<string[]> {
        const check = async () => {
            const found = messages[nameOf(format, writer)]!;
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

    describe("JMS sinks", () => {
        beforeAll(async () => {
            const pairs = FORMATS.flatMap((format) => WRITERS.map((writer) => [format, writer] as const));
            broker = await startArtemis(pairs.map((pair) => nameOf(...pair)));
            await Promise.all(pairs.map((pair) => startSink(...pair)));
        });

        afterAll(async () => {
            await Promise.all(readers.map((reader) => reader.close()));
            await broker?.stop();
        });

        describe.each(FORMATS)("that read %s", (format) => {
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
                    text.replace(/^(-?)Infinity$/, "$1INF").replace(/[\0-\x08\v\f\x0e-\x1f]/g, "\uFFFD");
                await expectTypes(format, rows, asXml);
            });
        });
    });
}

function avroName(name: string): string {
    return name.replace(/^\d/, "_$&").replace(/[^A-Za-z0-9_]/g, "_");
}
