import { Client } from "pg";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { done, pending, waitFor } from "../../../servers/wait";
import type { SecondSource } from "../stack/secondSource";
import { copyRows } from "./copyRows";
import { TopicReader } from "./topics";

/** Rows of each kind that one load writes. */
export interface LoadSize {
    /** Of a COPY, some hundred in a page of the table: one WAL record, so all of them have one LSN. */
    narrow: number;
    /** Of a COPY, three in a page. */
    wide: number;
    /** Of one INSERT with many rows; each has its own LSN. */
    inserted: number;
    /** Of each of two transactions that write in turns, by COPY and by INSERT. */
    interleaved: number;
}

/** What became of the rows, by their ids in the topic. */
export interface LoadAccount {
    rows: number;
    /** Ids that are in the table and not in the topic. */
    lost: number[];
    /** Records beyond the first of each id: at-least-once delivery may repeat. */
    duplicates: number;
}

const NARROW = "x".repeat(20);
/** Not compressed, and not moved out of the page: the column's storage is PLAIN. */
const WIDE = "x".repeat(2500);

/** Loads rows in bulk into the table of a second source, and accounts for each of them by the source's topic. */
export class BulkLoads {
    private readonly ids: number[] = [];
    private reader: TopicReader | undefined;

    private constructor(
        private readonly source: SecondSource,
        private readonly clients: [Client, Client],
    ) {}

    static async open(source: SecondSource, { addresses }: StackOutputs): Promise<BulkLoads> {
        const clients: [Client, Client] = [newClient(source), newClient(source)];
        for (const client of clients) await client.connect();
        const loads = new BulkLoads(source, clients);
        // The topic is made by the first row
        await source.insert("first");
        await waitFor(async () => done(await loads.read(addresses.kafka)), { what: source.topic, timeoutSeconds: 60 });
        return loads;
    }

    /** Records of the topic so far. */
    get records(): number {
        return this.ids.length;
    }

    /** Writes all rows of a load, each kind in transactions of its own. */
    async write({ narrow, wide, inserted, interleaved }: LoadSize): Promise<number> {
        const [one, other] = this.clients;
        await one.query(`alter table ${this.source.table} alter column note set storage plain`);
        await this.copy(one, wide, WIDE);
        await this.copy(one, narrow, NARROW);
        await this.insert(one, inserted);
        const half = Math.floor(interleaved / 2);
        await one.query("begin");
        await other.query("begin");
        await this.copy(one, half, NARROW);
        await this.insert(other, half);
        await this.insert(one, half);
        await this.copy(other, half, NARROW);
        await other.query("commit");
        await one.query("commit");
        return narrow + wide + inserted + 4 * half;
    }

    /** Writes rows of 60 kB in one transaction. The database keeps them compressed; decoded, they have all of it. */
    async writeHuge(count: number): Promise<void> {
        const [client] = this.clients;
        await client.query(`alter table ${this.source.table} alter column note set storage extended`);
        await client.query(
            `insert into ${this.source.table} (note) select repeat('x', 60000) from generate_series(1, $1)`,
            [count],
        );
    }

    /** Takes all rows out of the table. */
    async empty(): Promise<void> {
        await this.clients[0].query(`truncate ${this.source.table}`);
    }

    /** Waits until the topic has so many records. */
    async untilRecords(wanted: number): Promise<void> {
        const check = async () => (this.records >= wanted ? done() : pending(`${this.records} of ${wanted}`));
        await waitFor(check, { what: `records in ${this.source.topic}`, timeoutSeconds: 120, intervalSeconds: 0.01 });
    }

    /** Writes one more row, waits until it is in the topic, and accounts for all rows: those before it have arrived then, too. */
    async account(): Promise<LoadAccount> {
        const { rows } = await this.clients[0].query<{ id: number }>(
            `insert into ${this.source.table} (note) values ('last') returning id`,
        );
        const last = rows[0]!.id;
        const check = async () => (this.ids.includes(last) ? done() : pending(`${this.records} records`));
        await waitFor(check, { what: `row ${last} in ${this.source.topic}`, timeoutSeconds: 300 });
        const table = await this.clients[0].query<{ id: number }>(`select id from ${this.source.table} order by id`);
        const arrived = new Set(this.ids);
        return {
            rows: table.rows.length,
            lost: table.rows.map(({ id }) => id).filter((id) => !arrived.has(id)),
            duplicates: this.ids.length - arrived.size,
        };
    }

    async close(): Promise<void> {
        await this.reader?.close();
        for (const client of this.clients) await client.end();
    }

    private async read(brokers: string[]): Promise<void> {
        this.reader = await TopicReader.open(brokers, this.source.topic, ({ key }) => {
            this.ids.push((JSON.parse(key!) as { id: number }).id);
        });
    }

    private copy(client: Client, count: number, note: string): Promise<void> {
        return copyRows(client, `${this.source.table} (note)`, Array<string[]>(count).fill([note]));
    }

    private async insert(client: Client, count: number): Promise<void> {
        const values = Array<string>(count).fill(`('${NARROW}')`).join();
        await client.query(`insert into ${this.source.table} (note) values ${values}`);
    }
}

function newClient({ url }: SecondSource): Client {
    return new Client({ connectionString: url });
}
