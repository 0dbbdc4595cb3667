import axios from "axios";
import { beforeAll, describe, expect, it } from "vitest";
import { done, pending, waitFor } from "../../../servers/wait";
import { allowEveryChange } from "../../support/workers/registryProcess";
import { type Format, FORMATS, type FormatServers } from "./formatServers";

const WAITS =
    /WARN .*The schema registry at .* does not answer since .* \(ConnectException.*\)\. The task waits for it/;

/** Each source writes the same table; its name and the prefix of its topics are its format. */
const topicOf = (format: Format) => `${format}.shop.customers`;

export function outages(servers: FormatServers): void {
    const start = (format: Format, settings: Record<string, string> = {}) => {
        // With it Connect skips records whose conversion throws an exception
        const config = { "errors.tolerance": "all", ...settings };
        return servers.source(format, format, { publication: "shop", tables: "shop.customers" }, config);
    };
    const rows = (format: Format, count: number) => servers.rows(topicOf(format), count);

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

    describe("sources of each format with errors.tolerance=all", () => {
        beforeAll(async () => {
            await servers.postgres.query("create schema shop");
            await servers.postgres.query(
                "create table shop.customers (id int primary key, name text not null, state text default 'new', " +
                    "since date, at timestamptz, paid numeric(10, 2), flags boolean[], body jsonb)",
            );
            await servers.postgres.query("create publication shop for table shop.customers");
        });

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

        it("lose no row when the registry is killed and started again while rows flow", async () => {
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
            await servers.registry.start();
            const ids = [...Array.from({ length: 50 }, (_, i) => i + 1), 50];
            for (const format of FORMATS) {
                const found = await rows(format, 51);
                expect(found.map(({ key }) => key)).toEqual(ids.map((id) => ({ id: String(id) })));
                expect(found[50]!.row).toMatchObject({ id: "50", city: "Ulm" });
                expect(await servers.taskState(format)).toMatchObject({ state: "RUNNING" });
            }
        });

        it("stop at an incompatible change with its cause, and lose nothing after compatibility NONE", async () => {
            await servers.postgres.query("alter table shop.customers alter paid type int using 1");
            await servers.postgres.query("insert into shop.customers (id, name, paid) values (51, 'x', 7)");
            const types = { avro: ["STRING", "INT"], protobuf: ["string", "int32"] };
            for (const format of FORMATS) {
                const [before, after] = types[format];
                expect(await servers.failure(format)).toContain(
                    `the schema of subject ${topicOf(format)}-value is not compatible (compatibility BACKWARD): ` +
                        `column "paid" has changed its type from ${before} to ${after}`,
                );
                await allowEveryChange(servers.registry.url, `${topicOf(format)}-value`);
                await axios.post(`${servers.connectorUrl(format)}/restart?includeTasks=true&onlyFailed=true`, {});
                // Connect may send rows again whose position it has not written yet
                const rest = async () => {
                    const found = (await rows(format, 51)).filter(({ key }) => key["id"] === "51");
                    return found.length > 0 ? done(found) : pending("no row");
                };
                const [found] = await waitFor(rest, { what: "row 51", timeoutSeconds: 60, intervalSeconds: 0.2 });
                expect(found!.row).toMatchObject({ id: "51", paid: "7" });
            }
        });

        it("name the subjects by the topic", async () => {
            const { data } = await axios.get<string[]>(`${servers.registry.url}/subjects`);
            const expected = FORMATS.flatMap((format) => [`${topicOf(format)}-key`, `${topicOf(format)}-value`]);
            expect(data).toEqual(expect.arrayContaining(expected));
        });
    });
}
