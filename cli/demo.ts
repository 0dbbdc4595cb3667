import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";

import { Client } from "pg";

import { type QueueLogin, type QueueMessage, readQueue } from "../probes/queue";
import { parseAddress } from "../probes/tcp";
import { done, pending, waitFor } from "../probes/wait";
import { DEV_STACK } from "../toolchain/environment";
import { readStackOutputs, type StackOutputs } from "./stackOutputs";

const timeoutSeconds = 60;

/** `npm run demo`: inserts a few rows, and shows them in every queue. Messages are browsed: they stay in the queues. */
export default async function demo(args: string[]): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            stack: { type: "string", default: process.env.STACK || DEV_STACK },
            rows: { type: "string", default: "3" },
        },
    });
    const outputs = await readStackOutputs({ stack: values.stack });
    const rows = await insertRows(outputs, readCount(values.rows));
    const inserted = Date.now();
    print(
        `Inserted ${rows.length} row${rows.length === 1 ? "" : "s"} into cdc.customers of ${outputs.database.address}:`,
    );
    rows.forEach((row) => print(`  ${JSON.stringify(row)}`));
    await Promise.all(outputs.jmsBroker.queues.map((queue) => showArrival(outputs, queue, rows, inserted)));
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

/** Random rows like those of the load script of the process that this project replaces. */
async function insertRows({ database }: StackOutputs, count: number): Promise<Row[]> {
    const { address, name, user, password } = database;
    if (address === undefined) {
        throw new Error("this stack runs no database of its own: insert rows where its database is");
    }
    const client = new Client({
        ...parseAddress(address),
        database: name,
        user,
        password,
        connectionTimeoutMillis: 5000,
    });
    await client.connect();
    try {
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
    } finally {
        await client.end();
    }
}

function randomText(): string {
    return randomBytes(16).toString("hex");
}

async function showArrival({ jmsBroker }: StackOutputs, queue: string, rows: Row[], inserted: number): Promise<void> {
    const { address, user, password } = jmsBroker;
    if (address === undefined) {
        throw new Error("this stack runs no JMS broker of its own: look into the queues where its broker is");
    }
    const found = await waitFor(() => browse({ address, user, password }, queue, rows, inserted), {
        what: `${rows.length} row(s) in queue ${queue}`,
        timeoutSeconds,
        onProgress: print,
        remedy: "Look at the connectors with: npm run status",
    });
    const seconds = ((Date.now() - inserted) / 1000).toFixed(1);
    print([`\nIn queue ${queue}, seen after ${seconds} s:`, ...found.map((body) => `  ${body}`)].join("\n"));
}

/** The sender's clock may be behind ours by as much. */
const clockToleranceMs = 60_000;
/** A browser sees what is in the queue when it opens; this much silence means that it has seen all. */
const silenceMs = 300;

/** One look into the queue, from shortly before the rows were inserted. */
async function browse(login: QueueLogin, queue: string, rows: Row[], inserted: number) {
    const messages: QueueMessage[] = [];
    let lastAt = performance.now();
    const reader = await readQueue(login, queue, {
        browse: true,
        selector: `JMSTimestamp > ${inserted - clockToleranceMs}`,
        onMessage: (message) => {
            messages.push(message);
            lastAt = performance.now();
        },
    });
    while (performance.now() - lastAt < silenceMs) {
        await new Promise((resolve) => setTimeout(resolve, silenceMs / 3));
    }
    await reader.close();
    const bodies = rows.map(({ email }) => messages.find(({ body }) => body.includes(email))?.body);
    const arrived = bodies.filter((body) => body !== undefined);
    return arrived.length === rows.length
        ? done(arrived)
        : pending(`${arrived.length} of ${rows.length} rows are there`);
}

function print(line: string): void {
    process.stdout.write(`${line}\n`);
}
