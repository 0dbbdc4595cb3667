import type { Client } from "pg";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { databaseClient } from "./databaseClient";

export interface Customer {
    id: number;
    first_name: string | null;
    last_name: string | null;
    email: string | null;
}

/** The captured table of a stack. */
export class CustomersTable {
    private constructor(private readonly client: Client) {}

    static async open(outputs: StackOutputs): Promise<CustomersTable> {
        const client = databaseClient(outputs, { connectionTimeoutMillis: 5000 });
        // A connection that breaks fails the next query; as an event without a listener it would end the process.
        client.on("error", () => undefined);
        await client.connect();
        return new CustomersTable(client);
    }

    async close(): Promise<void> {
        await this.client.end();
    }

    /** Inserts a row in a transaction of its own. */
    async insert(row: Omit<Customer, "id">): Promise<Customer> {
        const { rows } = await this.client.query<{ id: string }>(
            "insert into cdc.customers (first_name, last_name, email) values ($1, $2, $3) returning id",
            [row.first_name, row.last_name, row.email],
        );
        return { id: Number(rows[0]?.id), ...row };
    }

    async update(row: Customer): Promise<void> {
        await this.client.query("update cdc.customers set first_name = $2, last_name = $3, email = $4 where id = $1", [
            row.id,
            row.first_name,
            row.last_name,
            row.email,
        ]);
    }

    async delete(id: number): Promise<void> {
        await this.client.query("delete from cdc.customers where id = $1", [id]);
    }

    /** Inserts `count` random rows in one transaction, like the load script of the process this project replaces. */
    async insertRandom(count: number): Promise<number[]> {
        const { rows } = await this.client.query<{ id: string }>(
            "insert into cdc.customers (first_name, last_name, email)" +
                " select md5(random()::text), md5(random()::text), md5(random()::text) || '@example.com'" +
                " from generate_series(1, $1) returning id",
            [count],
        );
        return rows.map(({ id }) => Number(id));
    }
}
