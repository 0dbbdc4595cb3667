import axios from "axios";
import { Client } from "pg";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { dropFromDatabase } from "../../../packages/connector/src/postgres/replicationSlot";
import { readTopic } from "../rows/topics";

const SCHEMA = "second";
const TOPIC_PREFIX = "second";

/** A table of its own in the stack's database, with its publication, for a second Debezium source beside the stack's. */
export class SecondSource {
    readonly slot = "second_slot";
    readonly publication = "second_publication";
    readonly table = `${SCHEMA}.notes`;
    readonly topic = `${TOPIC_PREFIX}.${SCHEMA}.notes`;

    private constructor(
        private readonly outputs: StackOutputs,
        private readonly client: Client,
    ) {}

    static async open(outputs: StackOutputs): Promise<SecondSource> {
        const source = new SecondSource(outputs, new Client({ connectionString: databaseUrl(outputs) }));
        await source.client.connect();
        await source.client.query(`create schema if not exists ${SCHEMA}`);
        await source.client.query(`create table if not exists ${source.table} (id serial primary key, note text)`);
        await source.publish();
        return source;
    }

    get url(): string {
        return databaseUrl(this.outputs);
    }

    /** Creates a slot without a reader. */
    async makeSlot(slot: string): Promise<void> {
        await this.client.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
    }

    /** Makes the publication. */
    async publish(): Promise<void> {
        await this.client.query(`create publication ${this.publication} for table ${this.table}`);
    }

    /** Removes table, publication and slot. */
    async close(): Promise<void> {
        await this.client.query(`drop schema if exists ${SCHEMA} cascade`);
        await this.client.end();
        await dropFromDatabase({ url: this.url, slot: this.slot, publication: this.publication }, () => undefined);
    }

    async hasSlot(slot = this.slot): Promise<boolean> {
        return this.has("pg_replication_slots where slot_name = $1", slot);
    }

    /** Process of the database that serves the slot's reader; undefined without a reader. */
    async slotReader(): Promise<number | undefined> {
        const { rows } = await this.client.query<{ active_pid: number | null }>(
            "select active_pid from pg_replication_slots where slot_name = $1",
            [this.slot],
        );
        return rows[0]?.active_pid ?? undefined;
    }

    async hasPublication(): Promise<boolean> {
        return this.has("pg_publication where pubname = $1", this.publication);
    }

    async insert(note: string): Promise<void> {
        await this.client.query(`insert into ${this.table} (note) values ($1)`, [note]);
    }

    /** Arguments of the connector: those of the stack's own source, with what must not be shared. */
    async args(name: string): Promise<Record<string, any>> {
        const restUrls = this.outputs.restUrls;
        const { data } = await axios.get(`${restUrls[0]}/connectors/dbz-source/config`);
        const { name: _name, "connector.class": connectorClass, "tasks.max": _tasksMax, ...config } = data;
        return {
            name,
            cluster: "my-connect",
            restUrls,
            class: connectorClass,
            config: {
                ...config,
                "slot.name": this.slot,
                "publication.name": this.publication,
                "topic.prefix": TOPIC_PREFIX,
                "table.include.list": this.table,
            },
        };
    }

    /** What Debezium has written of the table so far: `r` for a row of a snapshot, `c` for an insert; then the note. */
    async events(): Promise<string[]> {
        const records = await readTopic(this.outputs.addresses.kafka, this.topic);
        return records.map(({ value }) => {
            const { op, after } = JSON.parse(value!) as { op: string; after: { note: string } };
            return `${op} ${after.note}`;
        });
    }

    private async has(from: string, name: string): Promise<boolean> {
        return ((await this.client.query(`select from ${from}`, [name])).rowCount ?? 0) > 0;
    }
}

function databaseUrl({ database: { address, name, user, password } }: StackOutputs): string {
    return `postgresql://${user}:${encodeURIComponent(password)}@${address}/${name}`;
}
