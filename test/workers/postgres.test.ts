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
