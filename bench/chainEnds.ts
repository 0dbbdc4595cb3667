import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Consumer } from "@platformatic/kafka";
import { Pool } from "pg";
import type { StackOutputs } from "../cli/stack/stackOutputs";
import { parseAddress } from "../servers/address";
import { readQueue } from "../servers/queueReader";

/** When each row was committed or arrived, by its id; milliseconds of this process's own clock. */
export type Times = Map<number, number>;

const COLUMNS = "insert into cdc.customers (first_name, last_name, email)";
const VALUES = "md5(random()::text), md5(random()::text), md5(random()::text) || '@example.com'";

/** Writes rows into the captured table. */
export class RowSender {
    private readonly pool: Pool;

    constructor({ database }: StackOutputs) {
        const { host, port } = parseAddress(database.address ?? "");
        const { name, user, password } = database;
        // One connection would have to wait for the disk more often than it may at 500 rows a second.
        this.pool = new Pool({ host, port, database: name, user, password, max: 4 });
    }

    close(): Promise<void> {
        return this.pool.end();
    }

    /** Inserts that many rows in one transaction; gives back when the database had confirmed it. */
    async burst(rows: number): Promise<number> {
        await this.pool.query(`${COLUMNS} select ${VALUES} from generate_series(1, $1)`, [rows]);
        return performance.now();
    }

    /** Inserts so many rows a second, each in a transaction of its own; gives back when each was confirmed. */
    async steady(perSecond: number, seconds: number): Promise<Times> {
        const times: Times = new Map();
        const insert = async () => {
            const { rows } = await this.pool.query<{ id: string }>(`${COLUMNS} values (${VALUES}) returning id`);
            times.set(Number(rows[0]!.id), performance.now());
        };
        const started = performance.now();
        const inserts: Promise<void>[] = [];
        for (let row = 0; row < perSecond * seconds; row++) {
            const ahead = started + (row * 1000) / perSecond - performance.now();
            if (ahead >= 1) await sleep(ahead);
            inserts.push(insert());
        }
        await Promise.all(inserts);
        return times;
    }
}

/** An open reader of one end of the chain. */
export class Arrivals {
    /** Name of the reader that is no queue. */
    static readonly plain = "plain consumer";
    readonly times: Times = new Map();
    private stop: () => Promise<void> = async () => undefined;

    private constructor(readonly name: string) {}

    /** Takes all messages out of a queue; they are JSON or XML. */
    static async ofQueue({ jmsBroker }: StackOutputs, queue: string): Promise<Arrivals> {
        const { address = "", user, password } = jmsBroker;
        const arrivals = new Arrivals(`queue ${queue}`);
        const onMessage = ({ body }: { body: string }) =>
            arrivals.note(Number(/"id":(\d+)|<id>(\d+)/.exec(body)!.slice(1).join("")));
        const reader = await readQueue({ address, user, password }, queue, { browse: false, onMessage });
        arrivals.stop = () => reader.close();
        return arrivals;
    }

    /** A plain consumer of the topic that the source writes to, from now on. */
    static async ofTopic({ addresses }: StackOutputs, topic: string): Promise<Arrivals> {
        const arrivals = new Arrivals(Arrivals.plain);
        const clientId = "connect-cdc-bench";
        const consumer = new Consumer({ clientId, groupId: randomUUID(), bootstrapBrokers: addresses.kafka });
        const stream = await consumer.consume({ topics: [topic], mode: "latest", autocommit: false });
        stream.on("data", ({ value }) => {
            const { after } = JSON.parse(value.toString()) as { after: { id: number } };
            arrivals.note(after.id);
        });
        arrivals.stop = async () => {
            await stream.close();
            await consumer.close();
        };
        return arrivals;
    }

    close(): Promise<void> {
        return this.stop();
    }

    private note(id: number): void {
        if (!this.times.has(id)) this.times.set(id, performance.now());
    }
}

/** Milliseconds from commit to arrival of each committed row. */
export function latencies(committed: Times, arrived: Times): number[] {
    return [...committed].map(([id, at]) => (arrived.get(id) ?? Infinity) - at);
}
