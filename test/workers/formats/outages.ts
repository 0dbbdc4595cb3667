import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeLine } from "../../../cli/messages/changeLine";
import { listConnectors } from "../../../servers/connect";
import { RecordText } from "../../../servers/recordText";
import { readTopics } from "../../../servers/topicReader";
import { done, pending, waitFor } from "../../../servers/wait";
import { connectorFacts } from "../../../status/connectorFacts";
import type { Finding } from "../../../status/finding";
import { findingsOf } from "../../../status/findings/findings";
import type { PlatformTarget } from "../../../status/platformTarget";
import type { RowEvent } from "../../support/rows/registryRows";
import { ConnectorProgram } from "../../support/workers/connectorProgram";
import { snapshotAt } from "../../unit/status/smallSnapshots";
import { type Format, FORMATS, type FormatServers } from "./formatServers";

const WAITS =
    /WARN .*The schema registry at .* does not answer since .* \(ConnectException.*\)\. The task waits for it/;

const PROGRAM = `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Connector, Subject } from "@connect-cdc/connector";

const { subjects, connectors } = JSON.parse(readFileSync(join(__dirname, "declared.json"), "utf8"));
const dependsOn = subjects.map((args) => new Subject(args.subject, args));
for (const args of connectors) new Connector(args.name, args, { dependsOn });
`;

/** Each source writes the same table; its name and the prefix of its topics are its format. */
const topicOf = (format: Format) => `${format}.shop.customers`;
const subjectOf = (format: Format) => `${topicOf(format)}-value`;

export function outages(servers: FormatServers): void {
    const start = (format: Format, settings: Record<string, string> = {}) => {
        // With it Connect skips records whose conversion throws an exception
        const config = { "errors.tolerance": "all", ...settings };
        return servers.source(format, format, { publication: "shop", tables: "shop.customers" }, config);
    };
    const rows = (format: Format, count: number) => servers.rows(topicOf(format), count);

    /**
     * Waits for a row with these columns. Connect may send rows again whose position it has not written yet.
     *
     * @returns all changes so far.
     */
    function untilRow(format: Format, wanted: Record<string, string>): Promise<RowEvent[]> {
        const check = async () => {
            const found = await rows(format, 1);
            const isThere = found.some(({ row }) => Object.entries(wanted).every(([name, text]) => row[name] === text));
            return isThere ? done(found) : pending(`${found.length} rows`);
        };
        return waitFor(check, { what: JSON.stringify(wanted), timeoutSeconds: 90, intervalSeconds: 0.5 });
    }

    /** Waits for so many lines of a source in the worker's log that match. */
    async function untilLogged(format: Format, pattern: RegExp, count: number): Promise<void> {
        const check = async () => {
            const found = servers.workerLog
                .split("\n")
                .filter((line) => line.endsWith(`[task-thread-${format}-0]`) && pattern.test(line));
            return found.length >= count ? done() : pending(`${found.length} lines`);
        };
        await waitFor(check, { what: `${count} lines of ${format} like ${pattern}`, timeoutSeconds: 60 });
    }

    /** Declares the sources, and the level of their subjects. */
    async function declare(program: ConnectorProgram, level?: "NONE"): Promise<void> {
        const { groupId, restUrls } = servers.connect.clusters[0]!;
        const connectors = FORMATS.map(async (format) => {
            const { data } = await axios.get<Record<string, string>>(`${servers.connectorUrl(format)}/config`);
            const {
                name,
                "connector.class": connectorClass,
                "tasks.max": _,
                "database.password": password,
                ...config
            } = data;
            const triggers = level && { [subjectOf(format)]: level };
            const identity = { name, cluster: groupId, restUrls, class: connectorClass, adopt: true };
            return { ...identity, config, sensitiveConfig: { "database.password": password }, triggers };
        });
        const registryUrls = [servers.registry.url];
        const subjects = FORMATS.map((format) => ({ registryUrls, subject: subjectOf(format), compatibility: level }));
        program.write("declared.json", JSON.stringify({ connectors: await Promise.all(connectors), subjects }));
    }

    describe("sources of each format with errors.tolerance=all", () => {
        let program: ConnectorProgram;

        beforeAll(async () => {
            program = await ConnectorProgram.create(PROGRAM);
            await servers.postgres.query("create schema shop");
            await servers.postgres.query(
                "create table shop.customers (id int primary key, name text not null, state text default 'new', " +
                    "since date, at timestamptz, paid numeric(10, 2), flags boolean[], body jsonb)",
            );
            await servers.postgres.query("create publication shop for table shop.customers");
        });

        afterAll(() => program?.remove());

        it("fail and skip nothing when the registry does not answer for longer than their limit", async () => {
            await servers.registry.kill();
            await servers.postgres.query(
                "insert into shop.customers values (1, 'Ann', null, '2020-02-29', '2020-04-19T13:40:55.424Z', 12.5, '{t,null}', '{\"a\": 1}')",
            );
            const limit = {
                "key.converter.schema.registry.wait.ms": "1000",
                "value.converter.schema.registry.wait.ms": "1000",
            };
            await Promise.all(FORMATS.map((format) => start(format, limit)));
            for (const format of FORMATS) {
                const trace = await servers.failure(format);
                expect(trace).toContain(`the schema registry at ${servers.registry.url} does not answer since`);
                expect(trace).toContain("Start it, or correct schema.registry.url, then restart the task.");
            }
        });

        it("wait for a registry that does not run when they start, and say so in the worker's log", async () => {
            await Promise.all(FORMATS.map((format) => start(format)));
            for (const format of FORMATS) {
                // The first is of the task that failed
                await untilLogged(format, WAITS, 2);
                expect(await servers.taskState(format)).toMatchObject({ state: "RUNNING" });
            }
            await servers.registry.start();
            for (const format of FORMATS) {
                const row = {
                    id: "1",
                    name: "Ann",
                    // The default of the column is not the value of the row
                    state: null,
                    since: "18321",
                    at: "2020-04-19T13:40:55.424000Z",
                    paid: "12.50",
                    flags: ["true", null],
                    body: '{"a": 1}',
                };
                expect(await rows(format, 1)).toEqual([{ key: { id: "1" }, op: "r", row }]);
            }
        });

        it("lose no row when the registry is killed and started again while rows flow and a task is replaced", async () => {
            for (let id = 2; id <= 50; id++) {
                if (id === 20) await servers.registry.kill();
                // A new schema, which the registry must get
                if (id === 25) await servers.postgres.query("alter table shop.customers add city text");
                await servers.postgres.query("insert into shop.customers (id, name) values ($1, 'x')", [id]);
            }
            await servers.postgres.query("update shop.customers set city = 'Ulm' where id = 50");
            for (const format of FORMATS) {
                await untilLogged(format, WAITS, 3);
            }
            // A change of the config starts a task beside the one that waits, which Connect cannot end
            await Promise.all(FORMATS.map((format) => start(format, { "poll.interval.ms": "21" })));
            for (const format of FORMATS) {
                await untilLogged(format, WAITS, 4);
            }
            await servers.registry.start();
            const ids = Array.from({ length: 50 }, (_, i) => String(i + 1));
            for (const format of FORMATS) {
                const found = await untilRow(format, { id: "50", city: "Ulm" });
                expect(new Set(found.map(({ key }) => key["id"]))).toEqual(new Set(ids));
                expect(await servers.taskState(format)).toMatchObject({ state: "RUNNING" });
            }
        });

        it("stop at a change of columns, also one that the registry allows, until pulumi up sets the level NONE, and lose nothing", async () => {
            await declare(program);
            await program.up();
            // BACKWARD of Avro lets a column go, and takes days for microseconds
            await servers.postgres.query(
                "alter table shop.customers drop body, alter since type timestamp, alter paid type int using 1",
            );
            await servers.postgres.query("insert into shop.customers (id, name, paid) values (51, 'x', 7)");
            await servers.postgres.query("insert into shop.customers (id, name, paid) values (52, 'x', 8)");
            const changes =
                'column "since" has changed its type from INT32 (io.debezium.time.Date) to INT64 (io.debezium.time.MicroTimestamp); ' +
                'column "paid" has changed its type from STRING to INT32; column "body" was removed';
            const restUrls = servers.connect.clusters[0]!.restUrls;
            for (const format of FORMATS) {
                const subject = subjectOf(format);
                const problem = `the schema of subject ${subject} is not compatible (compatibility BACKWARD): ${changes}. `;
                expect(await servers.failure(format)).toContain(problem);
                expect(await finding(restUrls, format)).toMatchObject({
                    text: expect.stringContaining(`: RegistryError: ${problem}`),
                    remedy: `set connect-cdc:registry.subjects.${subject}.compatibility to NONE and run npm start -- --stack test`,
                });
            }
            await declare(program, "NONE");
            await program.up();
            for (const format of FORMATS) {
                const found = await untilRow(format, { id: "52" });
                expect(new Set(found.map(({ key }) => key["id"])).size).toBe(52);
                expect(found.slice(-2).map(({ row }) => row)).toMatchObject([{ paid: "7" }, { paid: "8" }]);
            }
        });

        it("have their records shown by npm run tail, of each schema", async () => {
            for (const format of FORMATS) {
                const lines: string[] = [];
                const reader = await readTopics([servers.connect.bootstrapServers], {
                    isWanted: (topic) => topic === topicOf(format),
                    fromStart: true,
                    text: new RecordText([servers.registry.url]),
                    onRecord: (record) => lines.push(changeLine(record)),
                });
                const check = async () =>
                    lines.at(-1)?.startsWith("insert  id=52") ? done() : pending(`${lines.length} lines`);
                await waitFor(check, { what: `records of ${format}`, timeoutSeconds: 60, intervalSeconds: 0.1 });
                await reader.close();
                expect(lines[0]).toBe(
                    'read  id=1  name="Ann" state=null since=18321 at="2020-04-19T13:40:55.424000Z" paid="12.50" ' +
                        'flags=[true,null] body="{\\"a\\": 1}"',
                );
                expect(lines.at(-1)).toBe(
                    'insert  id=52  name="x" state="new" since=null at=null paid=8 flags=null city=null',
                );
            }
        });

        it("name the subjects by the topic", async () => {
            const { data } = await axios.get<string[]>(`${servers.registry.url}/subjects`);
            const expected = FORMATS.flatMap((format) => [`${topicOf(format)}-key`, `${topicOf(format)}-value`]);
            expect(data).toEqual(expect.arrayContaining(expected));
        });
    });
}

/** What `npm run status` says of a source's task. */
async function finding(restUrls: string[], connector: string): Promise<Finding | undefined> {
    const target = { connectors: { [connector]: "running" } } as unknown as PlatformTarget;
    const connectors = (await listConnectors(restUrls[0]!)).map((listed) => ({
        ...connectorFacts(listed, target, (text) => text),
        lag: undefined,
        retentionRisks: [],
    }));
    const snapshot = snapshotAt(0, { connectors: { ok: true, value: connectors } });
    return findingsOf(snapshot).find(({ key }) => key === `task:${connector}/0`);
}
