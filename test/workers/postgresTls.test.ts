import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deadline, systemClock } from "@connect-cdc/connector/client";
import { findCaptureProblems } from "@connect-cdc/connector/postgres";
import axios from "axios";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import { done, pending, waitFor } from "../../servers/wait";
import { runPrinted, writeCredentials } from "../support/clients/printedCommands";
import { TopicReader } from "../support/rows/topics";
import { type Certificate, makeCertificate } from "../support/workers/certificates";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers } from "../support/workers/debeziumSource";
import { DATABASE, PostgresProcess } from "../support/workers/postgresProcess";

/*
 * A server that takes TLS only, and its clients. Its certificate names the address, and not localhost.
 */

const SOURCE = { publication: "notes", slot: "notes", prefix: "tls", tables: "public.notes" };

let folder: string;
let other: Certificate;
let postgres: PostgresProcess;

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-postgres-tls-"));
    other = makeCertificate(folder, "other", "IP:127.0.0.1");
    postgres = await PostgresProcess.start({ certificate: makeCertificate(folder, "postgres", "IP:127.0.0.1") });
    await postgres.query("create table notes (id serial primary key, note text)");
    await postgres.query("create publication notes for table notes");
    await postgres.query("insert into notes (note) values ('before')");
});

afterAll(async () => {
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
});

function ask(url: string, ca?: string) {
    const source = { "publication.name": "notes", "table.include.list": "public.notes" };
    return findCaptureProblems([source], { url, ca }, new Deadline(systemClock, 10));
}

it("answers a client that checks its certificate", async () => {
    expect(await ask(postgres.url, postgres.ca)).toEqual([[]]);
    // The authorities count, whatever the URL says
    expect(await ask(`${postgres.url}?sslmode=disable`, postgres.ca)).toEqual([[]]);
});

it("refuses a client without TLS", async () => {
    await expect(ask(postgres.url)).rejects.toThrow(/no pg_hba\.conf entry for host .*, no encryption/);
});

it("is refused by a client that trusts another authority, or asks another name", async () => {
    await expect(ask(postgres.url, other.cert)).rejects.toThrow("self-signed certificate");
    await expect(ask(postgres.url.replace("127.0.0.1", "localhost"), postgres.ca)).rejects.toThrow(
        "does not match certificate's altnames",
    );
});

it("takes psql with what npm run credentials writes and prints", async () => {
    const database = { ...DATABASE, address: `127.0.0.1:${postgres.port}` };
    const ask = (changes: object) => {
        const outputs = { tls: "require", ca: postgres.ca, database: { ...database, ...changes } } as unknown;
        const printed = writeCredentials("psql", outputs as StackOutputs, join(folder, "written credentials"));
        return runPrinted(printed, "psql", "-tAwc 'select note from notes'");
    };
    expect(await ask({})).toEqual({ code: 0, output: "before\n" });
    expect((await ask({ address: `localhost:${postgres.port}` })).output).toContain(
        'does not match host name "localhost"',
    );
    expect((await ask({ password: "wrong" })).output).toContain("password authentication failed");
});

it("sends its rows to a source that checks its certificate, and none to one that trusts another authority", async () => {
    let connect: ConnectProcesses | undefined;
    let reader: TopicReader | undefined;
    try {
        connect = await startConnectClusters([{ version: "3.9.2", workers: 1, ...(await debeziumWorkers()) }]);
        const [cluster] = connect.clusters;
        const url = `${cluster!.restUrls[0]}/connectors/tls/config`;
        const config = (name: string) =>
            debeziumConfig({ ...SOURCE, postgres, cluster: cluster!, rootCertFile: join(folder, `${name}.crt`) });
        const refused = await axios.put(url, config("other"), { validateStatus: () => true });
        expect(refused.data).toMatchObject({ error_code: 400, message: expect.stringContaining("SSL error") });

        await axios.put(url, config("postgres"));
        const notes: string[] = [];
        reader = await TopicReader.open([connect.bootstrapServers], "tls.public.notes", ({ value }) => {
            notes.push((JSON.parse(value!) as { after: { note: string } }).after.note);
        });
        const until = async (wanted: string[]) => {
            const check = async () => (wanted.every((note) => notes.includes(note)) ? done() : pending(notes.join()));
            await waitFor(check, { what: wanted.join(), timeoutSeconds: 90, intervalSeconds: 0.1 });
        };
        await until(["before"]);
        // By the stream of changes, which is a connection of its own
        await postgres.query("insert into notes (note) values ('running')");
        await until(["before", "running"]);
        const sql =
            "select bool_and(ssl) as ssl, count(*)::int as n from pg_stat_ssl join pg_stat_activity using (pid)";
        const [state] = await postgres.query(`${sql} where backend_type in ('client backend', 'walsender')`);
        expect(state).toMatchObject({ ssl: true });
    } finally {
        await reader?.close();
        await connect?.stop();
    }
});
