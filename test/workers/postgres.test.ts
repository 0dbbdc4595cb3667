import { messageOf } from "@connect-cdc/connector/client";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { done, pending, waitFor } from "../../servers/wait";
import { TopicReader } from "../support/rows/topics";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers } from "../support/workers/debeziumSource";
import { POSTGRES_VERSIONS } from "../support/workers/postgresBinaries";
import { PostgresProcess } from "../support/workers/postgresProcess";

let connect: ConnectProcesses;

beforeAll(async () => {
    connect = await startConnectClusters([{ version: "3.9.2", workers: 1, ...(await debeziumWorkers()) }]);
});

afterAll(() => connect?.stop());

describe.each(POSTGRES_VERSIONS)("a source of PostgreSQL %s with this project's defaults", (version) => {
    let postgres: PostgresProcess;
    let reader: TopicReader | undefined;
    const notes: string[] = [];
    const name = `postgres_${version.replaceAll(".", "_")}`;

    beforeAll(async () => {
        postgres = await PostgresProcess.start({ version });
    });

    afterAll(async () => {
        await reader?.close();
        await axios.delete(`${connect.clusters[0]!.restUrls[0]}/connectors/${name}`);
        await postgres?.close();
    });

    async function untilNotes(wanted: string[]): Promise<void> {
        const check = async () => (wanted.every((note) => notes.includes(note)) ? done() : pending(notes.join()));
        await waitFor(check, { what: wanted.join(), timeoutSeconds: 60, intervalSeconds: 0.1 });
    }

    it("would get no row by a publication with capital letters: the decoder takes its name in small ones", async () => {
        await postgres.query("create table changed (id int primary key)");
        await postgres.query('create publication "Capital" for table changed');
        await postgres.query("select pg_create_logical_replication_slot('capital', 'pgoutput')");
        await postgres.query("insert into changed values (1)");
        const changes =
            "select pg_logical_slot_peek_binary_changes('capital', null, null, 'proto_version', '1', 'publication_names', $1)";
        const rows = (name: string) => postgres.query(changes, [name]).then(({ length }) => length, messageOf);
        // From PostgreSQL 18 on it is only a warning
        expect([0, 'publication "capital" does not exist']).toContain(await rows("Capital"));
        expect(await rows('"Capital"')).toBeGreaterThan(0);
        await postgres.query("select pg_drop_replication_slot('capital')");
    });

    it("writes rows to its topic, also after the server has crashed", async () => {
        const [cluster] = connect.clusters;
        await postgres.query("create table notes (id serial primary key, note text)");
        await postgres.query("create publication notes for table notes");
        await postgres.query("insert into notes (note) values ('before')");
        const config = debeziumConfig({
            postgres,
            cluster: cluster!,
            publication: "notes",
            slot: "notes",
            prefix: name,
            tables: "public.notes",
        });
        await axios.put(`${cluster!.restUrls[0]}/connectors/${name}/config`, config);
        reader = await TopicReader.open([connect.bootstrapServers], `${name}.public.notes`, ({ value }) => {
            notes.push((JSON.parse(value!) as { after: { note: string } }).after.note);
        });
        await untilNotes(["before"]);
        await postgres.query("insert into notes (note) values ('running')");
        await untilNotes(["running"]);
        await postgres.kill();
        await postgres.restart();
        await postgres.query("insert into notes (note) values ('recovered')");
        await untilNotes(["recovered"]);
        expect(notes).toEqual(["before", "running", "recovered"]);
    });
});
