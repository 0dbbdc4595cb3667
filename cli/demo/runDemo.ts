import { randomBytes } from "node:crypto";
import { connectionOf } from "@connect-cdc/connector/postgres";
import { Client } from "pg";
import { RecordText } from "../../servers/recordText";
import { readTopics, type TopicRecord } from "../../servers/topicReader";
import { done, pending, waitFor } from "../../servers/wait";
import { browseQueue } from "../messages/browseQueue";
import { capturedTopics } from "../messages/capturedTopics";
import { changeLine, readChange } from "../messages/changeLine";
import {
    credentialsOf,
    databaseAccess,
    queueLogin,
    readStackOutputs,
    registryAuth,
    registryUrls,
    type StackOutputs,
} from "../stack/stackOutputs";

const TIMEOUT_SECONDS = 60;

/** What the demo does with its rows. `update` and `delete` follow an insert. */
export const OPERATIONS = ["insert", "update", "delete"] as const;

interface DemoOptions {
    stack: string;
    /** Number of rows. */
    rows: number;
    operation: (typeof OPERATIONS)[number];
}

/** Inserts rows, and prints their change events and their messages in every queue. The messages stay in the queues. */
export async function runDemo({ stack, rows: count, operation }: DemoOptions): Promise<void> {
    const outputs = await readStackOutputs({ stack });
    const events = await watchEvents(outputs);
    try {
        await withDatabase(outputs, async (client) => {
            const started = Date.now();
            const rows = await insertRows(client, count);
            print(`Inserted ${rowCount(rows)} into cdc.customers of ${outputs.database.address}:`);
            rows.forEach((row) => print(`  ${JSON.stringify(row)}`));
            const changed = operation === "insert" ? undefined : await changeRows(client, operation, rows);
            await events.show(rows, started, changed === undefined ? rows.length : 2 * rows.length);
            await Promise.all(
                outputs.jmsBroker.queues.map((queue) => showArrival(outputs, queue, changed ?? rows, started)),
            );
        });
    } finally {
        await events.close();
    }
}

interface Row {
    id: number;
    first_name: string;
    last_name: string;
    email: string;
}

function rowCount({ length }: Row[]): string {
    return `${length} row${length === 1 ? "" : "s"}`;
}

async function withDatabase(outputs: StackOutputs, work: (client: Client) => Promise<void>): Promise<void> {
    const access = databaseAccess(outputs);
    if (access === undefined) {
        throw new Error("this stack runs no database; insert rows with a client of its database");
    }

    const client = new Client({ ...connectionOf(access), connectionTimeoutMillis: 5000 });
    await client.connect();
    try {
        await work(client);
    } finally {
        await client.end();
    }
}

async function insertRows(client: Client, count: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (let i = 0; i < count; i++) {
        const [first_name, last_name, mailbox] = [randomText(), randomText(), randomText()];
        const email = `${mailbox}@example.com`;
        const result = await client.query<{ id: string }>(
            "insert into cdc.customers (first_name, last_name, email) values ($1, $2, $3) returning id",
            [first_name, last_name, email],
        );
        rows.push({ id: Number(result.rows[0]?.id), first_name, last_name, email });
    }
    return rows;
}

function randomText(): string {
    return randomBytes(16).toString("hex");
}

/** Returns the rows as the queues get them after the change. */
async function changeRows(client: Client, operation: "update" | "delete", rows: Row[]): Promise<Row[]> {
    const changed = operation === "update" ? rows.map((row) => ({ ...row, last_name: randomText() })) : rows;
    for (const { id, last_name } of changed) {
        if (operation === "update") {
            await client.query("update cdc.customers set last_name = $2 where id = $1", [id, last_name]);
        } else {
            await client.query("delete from cdc.customers where id = $1", [id]);
        }
    }
    print(`${operation === "update" ? "Updated" : "Deleted"} ${rows.length === 1 ? "it" : "them"}.`);
    return changed;
}

interface Events {
    /** Waits for the expected number of change events of the rows, and prints them. */
    show: (rows: Row[], started: number, expected: number) => Promise<void>;
    close: () => Promise<void>;
}

/** Reads the topics of captured tables from now on. */
async function watchEvents(outputs: StackOutputs): Promise<Events> {
    const { addresses } = outputs;
    const records: TopicRecord[] = [];
    const credentials = credentialsOf(outputs);
    const reader = await readTopics(addresses.kafka, {
        isWanted: await capturedTopics(addresses.connect, credentials),
        credentials,
        fromStart: false,
        text: new RecordText(registryUrls(outputs), registryAuth(outputs)),
        onRecord: (record) => records.push(record),
    });
    const show = async (rows: Row[], started: number, expected: number) => {
        const emails = new Set(rows.map(({ email }) => email));
        const poll = async () => {
            const found = records.filter(({ value }) => emails.has(emailOf(value)));
            return found.length >= expected ? done(found) : pending(`${found.length} of ${expected} have arrived`);
        };
        const found = await waitFor(poll, { ...waiting(`${expected} change event(s)`), intervalSeconds: 0.1 });
        const lines = found.map((record) => `  ${changeLine(record)}`);
        print([`\nIn topic ${found[0]?.topic}, seen after ${secondsSince(started)} s:`, ...lines].join("\n"));
    };
    return { show, close: () => reader.close() };
}

/** The e-mail address identifies a row: a change leaves it as it is. */
function emailOf(value: string | null): string {
    const change = readChange(value);
    return String((change?.after ?? change?.before)?.email);
}

function waiting(what: string) {
    return {
        what,
        timeoutSeconds: TIMEOUT_SECONDS,
        onProgress: print,
        remedy: "See the state of the connectors: npm run status",
    };
}

function secondsSince(time: number): string {
    return ((Date.now() - time) / 1000).toFixed(1);
}

/** The sender's clock may be behind ours by this time. */
const CLOCK_TOLERANCE_MS = 60_000;

async function showArrival(outputs: StackOutputs, queue: string, rows: Row[], started: number): Promise<void> {
    const login = queueLogin(outputs);
    if (login === undefined) {
        throw new Error("this stack runs no JMS broker; browse the queues with a client of its broker");
    }

    const poll = async () => {
        const messages = await browseQueue(login, queue, started - CLOCK_TOLERANCE_MS);
        const isOf = (body: string, { email, last_name }: Row) => body.includes(email) && body.includes(last_name);
        const bodies = rows.map((row) => messages.find(({ body }) => isOf(body, row))?.body);
        const arrived = bodies.filter((body) => body !== undefined);
        return arrived.length === rows.length
            ? done(arrived)
            : pending(`${arrived.length} of ${rows.length} rows have arrived`);
    };
    const found = await waitFor(poll, waiting(`${rows.length} row(s) in queue ${queue}`));
    print(
        [`\nIn queue ${queue}, seen after ${secondsSince(started)} s:`, ...found.map((body) => `  ${body}`)].join("\n"),
    );
}

function print(line: string): void {
    process.stdout.write(`${line}\n`);
}
