import { Client } from "pg";
import { done, pending, waitFor } from "../../../servers/wait";
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

/** A table with the columns `id serial primary key` and `note text`, and the topic of its rows. */
export interface LoadedTable {
    /** URL of its database, as its owner. */
    url: string;
    table: string;
    topic: string;
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

/** Loads rows in bulk into the table of a source, and accounts for each of them by the source's topic. */
export class BulkLoads {
    private readonly ids = new Set<number>();
    private records = 0;
    private reader: TopicReader | undefined;

    private constructor(
        private readonly source: LoadedTable,
        private readonly clients: [Client, Client],
    ) {}

    static async open(source: LoadedTable, brokers: string[]): Promise<BulkLoads> {
        const clients: [Client, Client] = [newClient(source), newClient(source)];
        for (const client of clients) await client.connect();
        const loads = new BulkLoads(source, clients);
        // The topic is made by the first row
        await loads.insert(clients[0], 1);
        await waitFor(async () => done(await loads.read(brokers)), { what: source.topic, timeoutSeconds: 60 });
        return loads;
    }

    /** Rows that have arrived so far. */
    get arrived(): number {
        return this.ids.size;
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

    /** Writes rows in one transaction: half of them by COPY, half by one INSERT. */
    async writeTransaction(count: number): Promise<void> {
        const [client] = this.clients;
        const half = Math.floor(count / 2);
        await client.query("begin");
        await this.copy(client, half, NARROW);
        await client.query(
            `insert into ${this.source.table} (note) select '${NARROW}' from generate_series(1, $1::int)`,
            [count - half],
        );
        await client.query("commit");
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

    /** Waits until so many rows have arrived. */
    async untilArrived(wanted: number): Promise<void> {
        const check = async () => (this.arrived >= wanted ? done() : pending(`${this.arrived} of ${wanted}`));
        await waitFor(check, { what: `rows in ${this.source.topic}`, timeoutSeconds: 120, intervalSeconds: 0.01 });
    }

    /** Writes one more row, waits until it is in the topic, and accounts for all rows: those before it have arrived then, too. */
    async account(): Promise<LoadAccount> {
        const { rows } = await this.clients[0].query<{ id: number }>(
            `insert into ${this.source.table} (note) values ('last') returning id`,
        );
        const last = rows[0]!.id;
        const check = async () => (this.ids.has(last) ? done() : pending(`${this.arrived} rows`));
        await waitFor(check, { what: `row ${last} in ${this.source.topic}`, timeoutSeconds: 600 });
        const table = await this.clients[0].query<{ id: number }>(`select id from ${this.source.table} order by id`);
        return {
            rows: table.rows.length,
            lost: table.rows.map(({ id }) => id).filter((id) => !this.ids.has(id)),
            duplicates: this.records - this.arrived,
        };
    }

    async close(): Promise<void> {
        await this.reader?.close();
        for (const client of this.clients) await client.end();
    }

    private async read(brokers: string[]): Promise<void> {
        this.reader = await TopicReader.open(brokers, this.source.topic, ({ key }) => {
            this.records++;
            this.ids.add((JSON.parse(key!) as { id: number }).id);
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

function newClient({ url }: LoadedTable): Client {
    return new Client({ connectionString: url });
}
