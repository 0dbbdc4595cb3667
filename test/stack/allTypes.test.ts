import { randomBytes } from "node:crypto";
import { Admin } from "@platformatic/kafka";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import { connectClient } from "../../packages/connector/src/client/connectClient";
import { Connectors } from "../../packages/connector/src/client/connectors";
import { createConnector } from "../../packages/connector/src/lifecycle/createConnector";
import { deleteConnector } from "../../packages/connector/src/lifecycle/deleteConnector";
import { parseAddress } from "../../servers/address";
import { type QueueReader, readQueue } from "../../servers/queueReader";
import { done, pending, waitFor } from "../../servers/wait";
import { differences, type ExpectedRow, type Row } from "../support/rows/typeDifferences";
import {
    insertSet,
    largeColumns,
    leftOut,
    makeTable,
    removeTable,
    rowsInSet,
    selectExpected,
    typeColumns,
} from "../support/rows/typesTable";
import { parseXmlTree } from "../support/rows/xmlTree";
import { sharedStack } from "../support/stack/sharedStack";

/** The same tables captured twice: with all information of a schema, and without one. */
const captures = {
    schema: {
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "true",
        // Connect would write a column's default where the row has NULL
        "value.converter.replace.null.with.default": "false",
        "decimal.handling.mode": "precise",
        "hstore.handling.mode": "map",
    },
    /** As in a stack. */
    plain: {},
};
/** The first row that was streamed: Debezium reads some dates of snapshots in another way. */
const deletedId = rowsInSet + 1;

type Capture = keyof typeof captures;
const names = Object.keys(captures) as Capture[];
const writers = { JsonWriter: "CustomersJSON", XmlWriter: "CustomersXML" };
type Writer = keyof typeof writers;
const options: Record<Writer, Record<string, string>> = {
    JsonWriter: {},
    // To Connect it looks much like a reference to a secret
    XmlWriter: { "transforms.write.root.element": "${table}" },
};
/** One with REPLICA IDENTITY FULL, and two with the default: PostgreSQL gives the key of deleted rows, and no unchanged TOAST. */
const tables = ["all_types", "plain_identity", "large"];

/** Connect keeps the offsets of deleted connectors: no run may meet those of another. */
const runId = randomBytes(3).toString("hex");
/** Topic prefix, slot and connectors of a capture. */
const idOf = (name: Capture) => `types_${name}_${runId}`;
const topicOf = (name: Capture, table = "all_types") => `${idOf(name)}.cdc.${table}`;

const stack = sharedStack();
const messages: Record<string, string[]> = {};
const expected: Partial<Record<Capture, ExpectedRow[]>> = {};
const readers: QueueReader[] = [];
let outputs: StackOutputs;
let database: Client;
let connectors: Connectors;

beforeAll(async () => {
    outputs = await stack.outputs();
    database = await openDatabase();
    const write = (line: string) =>
        process.stderr.write(`${line}
`);
    connectors = new Connectors(
        connectClient({ restUrls: outputs.restUrls, limitSeconds: 600, subject: "connectors of all types", write }),
    );
    await run(removeTable);
    await run(makeTable);
    await run(insertSet);
    for (const name of names) {
        await capture(name);
        for (const writer of Object.keys(writers) as Writer[]) {
            await sinkOf(name, writer);
            for (const table of tables) {
                await read(name, writer, table, "__op is null");
                await read(name, writer, table, "__op = 'd'");
            }
        }
    }
    await untilRead("all_types __op is null", rowsInSet);
    await run(insertSet);
    for (const name of names) {
        expected[name] = await expectedRows(name);
    }
    await database.query("delete from cdc.all_types where id = $1", [deletedId]);
    await database.query("insert into cdc.plain_identity values (42, 1, 'hello', 3.14, true, now(), 'o')");
    await database.query("delete from cdc.plain_identity");
    await database.query(`insert into cdc.large values (1, 1, ${largeColumns.map(({ value }) => value).join(", ")})`);
    await database.query("update cdc.large set n = 2");
    await untilRead("all_types __op is null", 2 * rowsInSet);
    await untilRead("plain_identity __op is null", 1);
    await untilRead("large __op is null", 2);
    await untilRead("all_types __op = 'd'", 1);
    await untilRead("plain_identity __op = 'd'", 1);
});

afterAll(async () => {
    await Promise.all(readers.map((reader) => reader.close()));
    for (const name of names) {
        for (const connector of ["", "-JsonWriter", "-XmlWriter"].map((suffix) => idOf(name) + suffix)) {
            await deleteConnector(connectors, connector);
        }
        await dropSlot(idOf(name));
    }
    const ofTables = names.flatMap((name) => tables.map((table) => topicOf(name, table)));
    await deleteTopics([...ofTables, ...names.map((name) => `__debezium-heartbeat.${idOf(name)}`)]);
    await run(removeTable);
    await database.end();
});

async function openDatabase(): Promise<Client> {
    const { address = "", name, user, password } = outputs.database;
    const client = new Client({ ...parseAddress(address), database: name, user, password });
    await client.connect();
    await client.query("set time zone 'UTC'");
    return client;
}

async function run(statements: string[]): Promise<void> {
    for (const statement of statements) {
        await database.query(statement);
    }
}

/** The stack's own source, on this table and in this way. */
async function capture(name: Capture): Promise<void> {
    const like = (await connectors.info("dbz-source"))!.config;
    await create(idOf(name), like, {
        "topic.prefix": idOf(name),
        "slot.name": idOf(name),
        "table.include.list": tables.map((table) => `cdc.${table}`).join(),
        "publication.name": "all_types",
        // With schemas the stack's transform is not added
        transforms: name === "schema" ? "" : like.transforms!,
        ...captures[name],
    });
}

/** The stack's own sink, with this writer. */
async function sinkOf(name: Capture, writer: Writer): Promise<void> {
    const like = (await connectors.info("json-jms-sink"))!.config;
    await create(`${idOf(name)}-${writer}`, like, {
        topics: tables.map((table) => topicOf(name, table)).join(),
        "jms.destination.name": writers[writer],
        "jms.forward.kafka.metadata": "true",
        "jms.forward.kafka.headers": "true",
        "transforms.write.type": `dev.connectcdc.transforms.${writer}`,
        "transforms.write.delete.handling": "emit",
        ...options[writer],
        ...captures[name],
    });
}

async function create(name: string, like: Record<string, string>, settings: Record<string, string>): Promise<void> {
    const config = { ...like, ...settings };
    const spec = { name, class: like["connector.class"]!, tasksMax: 1, minTasks: 1, state: "running" as const, config };
    await createConnector(connectors, spec);
}

/** Takes this capture's messages out of the writer's queue, from now on. */
async function read(name: Capture, writer: Writer, table: string, condition: string): Promise<void> {
    const { address = "", user, password } = outputs.jmsBroker;
    const bodies: string[] = (messages[key(name, writer, table, condition)] = []);
    const selector = `KAFKA_TOPIC = '${topicOf(name, table)}' and ${condition}`;
    const onMessage = ({ body }: { body: string }) => bodies.push(body);
    readers.push(await readQueue({ address, user, password }, writers[writer], { browse: false, selector, onMessage }));
}

const key = (...parts: string[]) => parts.join(" ");

async function untilRead(condition: string, count: number): Promise<void> {
    const wanted = Object.entries(messages).filter(([name]) => name.endsWith(condition));
    const check = async () =>
        wanted.every(([, bodies]) => bodies.length >= count)
            ? done()
            : pending(wanted.map(([name, { length }]) => `${name}: ${length} of ${count}`).join("; "));
    await waitFor(check, { what: "rows of all types", timeoutSeconds: 90, intervalSeconds: 0.1 });
}

async function dropSlot(slot: string): Promise<void> {
    const drop = "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1";
    const check = async () => done(await database.query(drop, [slot]));
    await waitFor(check, { what: `replication slot ${slot} to be free`, timeoutSeconds: 60 });
}

async function deleteTopics(topics: string[]): Promise<void> {
    const admin = new Admin({ clientId: "connect-cdc-test", bootstrapBrokers: outputs.addresses.kafka });
    await admin.deleteTopics({ topics });
    await admin.close();
}

/** Rows by id, as PostgreSQL itself reads the JSON: scalars as text with all digits, structures as JSON. */
async function jsonRows(name: Capture): Promise<Map<number, Row>> {
    const rows = new Map<number, Row>();
    for (const body of messages[key(name, "JsonWriter", "all_types", "__op is null")]!) {
        const { rows: fields } = await database.query<{ key: string; value: string | null }>(
            "select key, value from json_each_text($1::json)",
            [body],
        );
        const row = Object.fromEntries(fields.map(({ key, value }) => [key, value]));
        rows.set(Number(row.id), row);
    }
    return rows;
}

function xmlRows(name: Capture): Map<number, Row> {
    const bodies = messages[key(name, "XmlWriter", "all_types", "__op is null")]!;
    return new Map(
        bodies.map((body) => {
            const row = parseXmlTree(body, "all_types") as Row;
            return [Number(row.id), row];
        }),
    );
}

async function expectedRows(name: Capture): Promise<ExpectedRow[]> {
    const { rows } = await database.query<ExpectedRow>(
        selectExpected(name === "schema" ? "withSchema" : "withoutSchema"),
    );
    return rows;
}

describe.each(names)("rows with every type of PostgreSQL, captured by Debezium: %s", (name) => {
    it("each field of the JSON equals PostgreSQL's value", async () => {
        const rows = await jsonRows(name);
        const found = expected[name]!.flatMap((row) => differences(row, rows.get(row.id)));
        expect(found).toEqual([]);
    });

    it("each field of the XML equals PostgreSQL's value, except for what XML cannot contain", async () => {
        const rows = xmlRows(name);
        const asXml = (text: string) => text.replace(/[\0-\x08\v\f\x0e-\x1f]/g, "\uFFFD");
        const found = expected[name]!.flatMap((row) => differences(row, rows.get(row.id), asXml));
        expect(found).toEqual([]);
    });

    it("types that Debezium leaves out have no field, all others have one", async () => {
        const columns = ["id", ...typeColumns.map(({ name: column }) => column)];
        const inOrder = name === "schema" ? columns : [...columns].sort();
        for (const row of (await jsonRows(name)).values()) {
            expect(Object.keys(row)).toEqual(inOrder);
        }
        for (const row of xmlRows(name).values()) {
            expect(Object.keys(row)).toEqual(inOrder);
        }
        expect(columns).not.toEqual(expect.arrayContaining(leftOut));
    });

    it("a value that an UPDATE does not contain has no field, unless Debezium sends NULL", () => {
        const [inserted, updated] = messages[key(name, "JsonWriter", "large", "__op is null")]!.map(
            (body) => JSON.parse(body) as Row,
        );
        expect(Object.keys(inserted!).sort()).toEqual(["id", "n", ...largeColumns.map((column) => column.name)].sort());
        const nulls = largeColumns.filter(({ nullIn }) => nullIn?.includes(name)).map((column) => [column.name, null]);
        expect(updated).toEqual({ id: 1, n: 2, ...Object.fromEntries(nulls) });
        const xml = parseXmlTree(messages[key(name, "XmlWriter", "large", "__op is null")]![1]!, "large") as Row;
        expect(Object.keys(xml).sort()).toEqual(Object.keys(updated!).sort());
    });

    it.each([
        ["all_types", deletedId],
        ["plain_identity", 42],
    ])("a delete from %s is the key of the row and nothing else, with a property to select by", (table, id) => {
        const emitted = (writer: Writer) => messages[key(name, writer, table, "__op = 'd'")];
        expect(emitted("JsonWriter")).toEqual([`{"id":${id}}`]);
        expect(emitted("XmlWriter")).toEqual([`<${table}><id>${id}</id></${table}>`]);
    });
});
