import { Client, type ClientConfig } from "pg";
import { done, pending, waitFor } from "../../../servers/wait";

/** Inserts one row after the other into a table with the column `item`, until it is stopped. */
export class RowWriter {
    private count = 0;
    private isStopped = false;
    private readonly written: Promise<void>;

    constructor(login: ClientConfig, table: string) {
        this.written = this.write(new Client(login), table);
    }

    /** Resolves when this many more rows are committed. */
    async writeMore(count: number): Promise<void> {
        const wanted = this.count + count;
        const check = async () => (this.count >= wanted ? done() : pending(`${this.count} of ${wanted} rows`));
        await waitFor(check, { what: `${count} more rows`, timeoutSeconds: 60, intervalSeconds: 0.1 });
    }

    /** Ends the writing. */
    async stop(): Promise<void> {
        this.isStopped = true;
        await this.written;
    }

    private async write(client: Client, table: string): Promise<void> {
        await client.connect();
        try {
            while (!this.isStopped) {
                await client.query(`insert into ${table} (item) values ('new')`);
                this.count += 1;
                await new Promise((resolve) => setTimeout(resolve, 20));
            }
        } finally {
            await client.end();
        }
    }
}
