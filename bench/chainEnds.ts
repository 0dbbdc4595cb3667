import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connectionOf } from "@connect-cdc/connector/postgres";
import { Consumer, FetchIsolationLevels } from "@platformatic/kafka";
import { Pool } from "pg";
import { databaseAccess, queueLogin, type StackOutputs } from "../cli/stack/stackOutputs";
import { readQueue } from "../servers/queueReader";
import { kafkaOptions } from "./kafkaOptions";

/** Time at which each row was committed or arrived, by its id, in ms of this process's clock. */
export type Times = Map<number, number>;

const COLUMNS = "insert into cdc.customers (first_name, last_name, email)";
const VALUES = "md5(random()::text), md5(random()::text), md5(random()::text) || '@example.com'";

/** Writes rows into the captured table. */
export class RowSender {
    private readonly pool: Pool;

    constructor(outputs: StackOutputs) {
        // One connection would wait for the disk too often for 500 rows per second
        this.pool = new Pool({ ...connectionOf(databaseAccess(outputs)!), max: 4 });
    }

    close(): Promise<void> {
        return this.pool.end();
    }

    /** Inserts rows in one transaction, and returns the time of its commit. */
    async burst(rows: number): Promise<number> {
        await this.pool.query(`${COLUMNS} select ${VALUES} from generate_series(1, $1)`, [rows]);
        return performance.now();
    }

    /** Inserts rows at a rate, each in its own transaction, and returns the times of their commits. */
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
    /** Name of the reader of the topic. */
    static readonly plain = "plain consumer";
    readonly times: Times = new Map();
    private stop: () => Promise<void> = async () => undefined;

    private constructor(readonly name: string) {}

    /** Reads all messages of a queue, in JSON or XML, and removes them. */
    static async ofQueue(outputs: StackOutputs, queue: string): Promise<Arrivals> {
        const arrivals = new Arrivals(`queue ${queue}`);
        const onMessage = ({ body }: { body: string }) =>
            arrivals.note(Number(/"id":(\d+)|<id>(\d+)/.exec(body)!.slice(1).join("")));
        const reader = await readQueue(queueLogin(outputs)!, queue, { browse: false, onMessage });
        arrivals.stop = () => reader.close();
        return arrivals;
    }

    /** A plain consumer of new records in the topic of the source. */
    static async ofTopic(outputs: StackOutputs, topic: string): Promise<Arrivals> {
        const arrivals = new Arrivals(Arrivals.plain);
        // As sinks read
        const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
        const consumer = new Consumer({ ...kafkaOptions(outputs), groupId: randomUUID(), isolationLevel });
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

/** Time from commit to arrival of each committed row, ms. */
export function latencies(committed: Times, arrived: Times): number[] {
    return [...committed].map(([id, at]) => (arrived.get(id) ?? Infinity) - at);
}
