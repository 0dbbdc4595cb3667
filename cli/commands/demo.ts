import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { parseAddress } from "../../servers/tcp";
import { readTopics, type TopicRecord } from "../../servers/topic";
import { done, pending, waitFor } from "../../servers/wait";
import { stackOption } from "../../tools/environment";
import { browseQueue } from "../messages/browseQueue";
import { changeLine, readChange } from "../messages/changeLine";
import { readStackOutputs, type StackOutputs } from "../stack/stackOutputs";
import { capturedTopics } from "./tail";

const TIMEOUT_SECONDS = 60;

/** What the demo does with its rows once they are inserted, with what it says of it. */
const operations: Record<string, string | undefined> = { insert: undefined, update: "Updated", delete: "Deleted" };

/**
 * `npm run demo`: inserts a few rows, shows their change events and shows them in every queue. Messages are browsed: they
 * stay in the queues. `--op update` and `--op delete` change the rows after that; the sinks leave deletes out.
 */
export default async function demo(args: string[]): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            stack: stackOption(),
            rows: { type: "string", default: "3" },
            op: { type: "string", default: "insert" },
        },
    });
    if (!(values.op in operations)) {
        throw new Error(`--op ${values.op}: must be one of ${Object.keys(operations).join(", ")}`);
    }

    const count = readCount(values.rows);
    const outputs = await readStackOutputs({ stack: values.stack });
    const events = await watchEvents(outputs);
    try {
        await withDatabase(outputs, async (client) => {
            const started = Date.now();
            const rows = await insertRows(client, count);
            print(`Inserted ${rowCount(rows)} into cdc.customers of ${outputs.database.address}:`);
            rows.forEach((row) => print(`  ${JSON.stringify(row)}`));
            const changed = await changeRows(client, values.op, rows);
            await events.show(rows, started, changed === undefined ? rows.length : 2 * rows.length);
            await Promise.all(
                outputs.jmsBroker.queues.map((queue) => showArrival(outputs, queue, changed ?? rows, started)),
            );
        });
    } finally {
        await events.close();
    }
}

function readCount(text: string): number {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > 1000) {
        throw new Error(`--rows ${text}: must be a whole number from 1 to 1000`);
    }

    return count;
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

async function withDatabase({ database }: StackOutputs, work: (client: Client) => Promise<void>): Promise<void> {
    const { address, name, user, password } = database;
    if (address === undefined) {
        throw new Error("this stack runs no database of its own: insert rows where its database is");
    }

    const login = { ...parseAddress(address), database: name, user, password };
    const client = new Client({ ...login, connectionTimeoutMillis: 5000 });
    await client.connect();
    try {
        await work(client);
    } finally {
        await client.end();
    }
}

/** Random rows like those of the load script of the process that this project replaces. */
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

/** The rows as the queues get them after the change; undefined without a change. */
async function changeRows(client: Client, op: string, rows: Row[]): Promise<Row[] | undefined> {
    const verb = operations[op];
    if (verb === undefined) return undefined;
    const changed = op === "update" ? rows.map((row) => ({ ...row, last_name: randomText() })) : rows;
    for (const { id, last_name } of changed) {
        if (op === "update") {
            await client.query("update cdc.customers set last_name = $2 where id = $1", [id, last_name]);
        } else {
            await client.query("delete from cdc.customers where id = $1", [id]);
        }
    }
    print(`${verb} ${rows.length === 1 ? "it" : "them"}.`);
    return changed;
}

interface Events {
    /** Waits for so many change events of the rows, and prints them. */
    show: (rows: Row[], started: number, expected: number) => Promise<void>;
    close: () => Promise<void>;
}

/** Reads the topics of captured tables from now on. */
async function watchEvents({ addresses }: StackOutputs): Promise<Events> {
    const records: TopicRecord[] = [];
    const reader = await readTopics(addresses.kafka, {
        isWanted: await capturedTopics(addresses.connect),
        fromStart: false,
        onRecord: (record) => records.push(record),
    });
    const show = async (rows: Row[], started: number, expected: number) => {
        const emails = new Set(rows.map(({ email }) => email));
        const look = async () => {
            const found = records.filter(({ value }) => emails.has(emailOf(value)));
            return found.length >= expected ? done(found) : pending(`${found.length} of ${expected} are there`);
        };
        const found = await waitFor(look, { ...waiting(`${expected} change event(s)`), intervalSeconds: 0.1 });
        const lines = found.map((record) => `  ${changeLine(record)}`);
        print([`\nIn topic ${found[0]?.topic}, seen after ${secondsSince(started)} s:`, ...lines].join("\n"));
    };
    return { show, close: () => reader.close() };
}

/** The e-mail address tells rows apart: it stays the same when a row is changed. */
function emailOf(value: string | null): string {
    const change = readChange(value);
    return String((change?.after ?? change?.before)?.email);
}

function waiting(what: string) {
    return {
        what,
        timeoutSeconds: TIMEOUT_SECONDS,
        onProgress: print,
        remedy: "Look at the connectors with: npm run status",
    };
}

function secondsSince(time: number): string {
    return ((Date.now() - time) / 1000).toFixed(1);
}

/** The sender's clock may be behind ours by as much. */
const CLOCK_TOLERANCE_MS = 60_000;

async function showArrival({ jmsBroker }: StackOutputs, queue: string, rows: Row[], started: number): Promise<void> {
    const { address, user, password } = jmsBroker;
    if (address === undefined) {
        throw new Error("this stack runs no JMS broker of its own: look into the queues where its broker is");
    }

    const look = async () => {
        const messages = await browseQueue({ address, user, password }, queue, started - CLOCK_TOLERANCE_MS);
        const isOf = (body: string, { email, last_name }: Row) => body.includes(email) && body.includes(last_name);
        const bodies = rows.map((row) => messages.find(({ body }) => isOf(body, row))?.body);
        const arrived = bodies.filter((body) => body !== undefined);
        return arrived.length === rows.length
            ? done(arrived)
            : pending(`${arrived.length} of ${rows.length} rows are there`);
    };
    const found = await waitFor(look, waiting(`${rows.length} row(s) in queue ${queue}`));
    print(
        [`\nIn queue ${queue}, seen after ${secondsSince(started)} s:`, ...found.map((body) => `  ${body}`)].join("\n"),
    );
}

function print(line: string): void {
    process.stdout.write(`${line}\n`);
}
