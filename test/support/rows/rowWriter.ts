import { Client, type ClientConfig } from "pg";
import { done, pending, waitFor } from "../../../servers/wait";

/** Inserts one row after the other into a table with the columns `id` and `item`, until it is stopped. */
export class RowWriter {
    private readonly ids: number[] = [];
    private isStopped = false;
    private readonly written: Promise<void>;

    constructor(login: ClientConfig, table: string) {
        this.written = this.write(new Client(login), table);
    }

    /** Resolves when this many more rows are committed. */
    async writeMore(count: number): Promise<void> {
        const wanted = this.ids.length + count;
        const check = async () =>
            this.ids.length >= wanted ? done() : pending(`${this.ids.length} of ${wanted} rows`);
        await waitFor(check, { what: `${count} more rows`, timeoutSeconds: 60, intervalSeconds: 0.1 });
    }

    /** Ends the writing. Returns the ids of all rows. */
    async stop(): Promise<number[]> {
        this.isStopped = true;
        await this.written;
        return this.ids;
    }

    private async write(client: Client, table: string): Promise<void> {
        await client.connect();
        try {
            while (!this.isStopped) {
                const { rows } = await client.query<{ id: string }>(
                    `insert into ${table} (item) values ('new') returning id`,
                );
                this.ids.push(Number(rows[0]!.id));
                await new Promise((resolve) => setTimeout(resolve, 20));
            }
        } finally {
            await client.end();
        }
    }
}
