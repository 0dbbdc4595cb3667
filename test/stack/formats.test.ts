import axios from "axios";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readState } from "../../cli/stack/readState";
import { platformTarget, type StackOutputs } from "../../cli/stack/stackOutputs";
import { CONNECTOR, resourceName } from "../../cli/stack/state";
import { parseAddress } from "../../servers/address";
import { clusterView, topicNames } from "../../servers/kafka";
import { type QueueReader, readQueue } from "../../servers/queueReader";
import { subjects } from "../../servers/registry";
import { done, pending, waitFor } from "../../servers/wait";
import { startStatusServer } from "../../status/statusServer";
import { NumberedRows } from "../support/rows/numberedRows";
import { registryClient, rowEvents } from "../support/rows/registryRows";
import { ByteReader, deleteTopic } from "../support/rows/topics";
import { soakLimitMs } from "../support/soakOptions";
import { restartConnector } from "../support/stack/connectorState";
import { containerName, crashContainer, docker, memberIds } from "../support/stack/docker";
import { formatConnectors, type FormatPair, topicOf } from "../support/stack/formatConnectors";
import { Pipeline } from "../support/stack/pipeline";
import { sharedStack } from "../support/stack/sharedStack";
import { type PlannedStep, TestStack } from "../support/stack/stack";
import { readStatus } from "../support/stack/statusRun";

const TABLE = "formats.orders";
/** Each format's writer, with the queue that it writes to. */
const FORMATS = {
    avro: { writer: "JsonWriter", queue: "CustomersJSON" },
    protobuf: { writer: "XmlWriter", queue: "CustomersXML" },
} as const;
type Format = keyof typeof FORMATS;
const formats = Object.keys(FORMATS) as Format[];
const pairOf = (format: Format): FormatPair => ({ ...FORMATS[format], format, prefix: format, table: TABLE });
const WAITS = /schema registry at http:\/\/registry-0:8081\/.* does not answer since .* waits for it until/;

describe.runIf(process.env.SOAK)("formats of connectors beside others with JSON", () => {
    const stack = sharedStack();
    const ownConfig = stack.config();
    const bodies: Record<Format, string[]> = { avro: [], protobuf: [] };
    const readers: QueueReader[] = [];
    let outputs: StackOutputs;
    let database: Client;
    let planned: PlannedStep[];

    beforeAll(async () => {
        outputs = await stack.outputs();
        const { address = "", name, user, password } = outputs.database;
        database = new Client({ ...parseAddress(address), database: name, user, password });
        await database.connect();
        await database.query("create schema formats");
        await database.query(
            `create table ${TABLE} (id serial primary key, item text not null, state text default 'new', ` +
                "ordered date, at timestamptz, price numeric(10, 2), flags boolean[], body jsonb)",
        );
        await database.query(`alter table ${TABLE} replica identity full`);
        await database.query(
            `insert into ${TABLE} (item, state, ordered, at, price, flags, body) values ` +
                `('a "b"', null, '2020-02-29', '2020-04-19T13:40:55.424Z', 12.5, '{t,null}', '{"a": 1}')`,
        );
        const subject = `${topicOf(pairOf("avro"))}-value`;
        const connectors = formats.map((format) => formatConnectors(pairOf(format)));
        stack.configure({
            connectors: Object.assign({}, ...connectors) as Record<string, unknown>,
            registry: { ...ownConfig["registry"], subjects: { [subject]: { compatibility: "FULL" } } },
            watch: { enabled: true, intervalSeconds: 1 },
        });
        planned = await stack.preview();
        await stack.up();
        outputs = await stack.outputs();
        for (const format of formats) await read(format);
    });

    afterAll(async () => {
        await Promise.all(readers.map((reader) => reader.close()));
        stack.configure({ connectors: undefined, watch: undefined, registry: undefined, ...ownConfig });
        await stack.up();
        const [broker = ""] = outputs.addresses.kafka;
        const ours = /^((__debezium-heartbeat\.)?(avro|protobuf)(\.|$)|kafkasql-)/;
        const left = topicNames(await clusterView(broker)).filter((topic) => ours.test(topic));
        for (const topic of left) await deleteTopic([broker], topic);
        await database.query("drop schema formats cascade");
        await database.end();
    });

    async function read(format: Format): Promise<void> {
        const { address = "", user, password } = outputs.jmsBroker;
        const selector = `KAFKA_TOPIC = '${topicOf(pairOf(format))}'`;
        const onMessage = ({ body }: { body: string }) => bodies[format].push(body);
        const options = { browse: false, selector, onMessage };
        readers.push(await readQueue({ address, user, password }, FORMATS[format].queue, options));
    }

    async function insert(count: number): Promise<void> {
        for (let i = 0; i < count; i++) await database.query(`insert into ${TABLE} (item) values ('x')`);
    }

    /** Waits until both queues have all rows, and compares their order. */
    async function untilArrived(): Promise<void> {
        const { rows } = await database.query<{ id: number }>(`select id from ${TABLE} order by id`);
        const wanted = rows.map(({ id }) => id);
        const ids = (format: Format) =>
            bodies[format].map((body) => Number(/"id":(\d+)|<id>(\d+)/.exec(body)?.slice(1).join("")));
        const check = async () => {
            const missing = formats.map((format) => wanted.filter((id) => !ids(format).includes(id)));
            return missing.every((list) => list.length === 0) ? done() : pending(`missing: ${JSON.stringify(missing)}`);
        };
        await waitFor(check, { what: "rows in both queues", timeoutSeconds: 90, intervalSeconds: 0.2 });
        for (const format of formats) expect([...new Set(ids(format))]).toEqual(wanted);
    }

    /** Waits for a line of the members of a role, from a time in s since 1970 on. */
    async function logged(role: "connect" | "watch", pattern: RegExp, since: number): Promise<void> {
        const members = Object.entries(await memberIds(stack.handle.name, true));
        const ids = members.filter(([member]) => member.replace(/-\d+$/, "") === role).map(([, id]) => id);
        const options = { stdout: true, stderr: true, since };
        const check = async () => {
            const logs = await Promise.all(ids.map((id) => docker.getContainer(id).logs(options)));
            return logs.some((log) => pattern.test(log.toString())) ? done() : pending("no line");
        };
        await waitFor(check, { what: `a line of ${role} like ${pattern}`, timeoutSeconds: 60 });
    }

    /** The page of `npm run status -- --serve` and its metrics. */
    async function statusPage(): Promise<{ page: string; metrics: string }> {
        const server = await startStatusServer(platformTarget(stack.handle.name, outputs), { port: 0 });
        const get = async (path: string) => (await axios.get<string>(`${server.url}${path}`, { proxy: false })).data;
        try {
            return { page: await get(""), metrics: await get("metrics") };
        } finally {
            await server.close();
        }
    }

    it("need a registry, which up starts without a change of the other servers", async () => {
        const changed = planned.filter(({ op }) => op !== "create").map(({ op, name }) => `${op} ${name}`);
        // Those of the new connectors
        expect(changed.sort()).toEqual(["replace connect-secrets-sweep", "replace connect-secrets-writer"]);
    });

    it("have the levels of their subjects as triggers of the sources, whose change restarts them", async () => {
        const { resources } = (await readState(stack.target))!;
        const connectors = resources.filter(({ type }) => type === CONNECTOR);
        const triggers = connectors.map(({ urn, inputs }) => [resourceName(urn), inputs?.["triggers"]] as const);
        const ofRegistry = { "registry.compatibility": "BACKWARD" };
        expect(Object.fromEntries(triggers)).toEqual({
            "avro-source": { ...ofRegistry, "avro.formats.orders-value": "FULL" },
            "protobuf-source": ofRegistry,
        });
    });

    it("flow through the transforms into the queues", async () => {
        await untilArrived();
        expect(JSON.parse(bodies.avro[0]!)).toEqual({
            id: 1,
            item: 'a "b"',
            // The default of the column is not the value of the row
            state: null,
            ordered: "2020-02-29",
            at: "2020-04-19T13:40:55.424000Z",
            price: "12.50",
            flags: [true, null],
            body: '{"a": 1}',
        });
        expect(bodies.protobuf[0]).toBe(
            '<orders xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
                '<id>1</id><item>a "b"</item><state xsi:nil="true"/><ordered>2020-02-29</ordered>' +
                "<at>2020-04-19T13:40:55.424000Z</at><price>12.50</price>" +
                '<flags><item>true</item><item xsi:nil="true"/></flags><body>{"a": 1}</body></orders>',
        );
    });

    it.each(formats)("are read by a client of Confluent's registry: %s", async (format) => {
        const reader = await ByteReader.open(outputs.addresses.kafka, topicOf(pairOf(format)));
        const [first] = await rowEvents(registryClient(outputs.registryUrls![0]!), reader, 1);
        await reader.close();
        expect(first).toMatchObject({ key: { id: "1" }, op: "r", row: { id: "1", item: 'a "b"', price: "12.50" } });
    });

    it.each(formats)("are text for npm run tail: %s", async (format) => {
        const args = ["--topic", topicOf(pairOf(format)), "--from-start", "--count", "1"];
        const { stdout } = await stack.npmRun("tail", ...args);
        expect(stdout).toMatch(/^[\d:.]+ {2}read {2}id=1 {2}/);
        expect(stdout).toContain(
            String.raw`item="a \"b\"" state=null ordered=18321 at="2020-04-19T13:40:55.424000Z" price="12.50" flags=[true,null]`,
        );
    });

    it("are seen by status, the page and Prometheus, with their registry", async () => {
        const { findings, report } = await readStatus(stack);
        expect(findings).toEqual([]);
        const answers = report.registry.map(({ answer }) => answer);
        expect(answers).toEqual([{ ok: true, value: { subjects: expect.any(Number) } }]);
        const { page, metrics: ofPage } = await statusPage();
        expect(page).toMatch(/class="tile ok" id="member-registry-0"/);
        expect(ofPage).toContain('connect_cdc_member_up{role="registry",member="registry-0"} 1');
        await logged("watch", /Z {2}info {5}stack .*, 1 of 1 registry instances, /, 0);
        const target = outputs.prometheusTargets!.find(({ labels }) => labels.job === "registry")!;
        const metrics = await axios.get<string>(`http://${target.targets[0]}/metrics`, { proxy: false });
        expect(metrics.data).toContain("jvm_memory_used_bytes");
    });

    it("lose no row when the registry is killed while rows flow", async () => {
        await insert(10);
        await crashContainer(containerName(stack.handle.name, "registry-0"));
        // A new schema, which the registry must get
        await database.query(`alter table ${TABLE} add city text`);
        await insert(10);
        await untilArrived();
    });

    it("wait for a registry that does not run when tasks start, and say so", async () => {
        const registry = docker.getContainer(containerName(stack.handle.name, "registry-0"));
        await registry.stop();
        const stoppedAt = Math.floor(Date.now() / 1000);
        for (const format of formats) await restartConnector(outputs.restUrls[0]!, `${format}-source`);
        await insert(5);
        await logged("connect", WAITS, stoppedAt);
        const { findings } = await readStatus(stack);
        expect(findings.map(({ key }) => key)).toEqual(["member:registry-0"]);
        const { page, metrics } = await statusPage();
        expect(page).toMatch(/class="tile wrong" id="member-registry-0"/);
        expect(metrics).toContain('connect_cdc_member_up{role="registry",member="registry-0"} 0');
        await logged("watch", /Z {2}WRONG {4}registry-0: /, stoppedAt);
        await registry.start();
        await untilArrived();
        await logged("watch", /Z {2}ok {7}registry-0: well again after /, stoppedAt);
    });
});

describe.runIf(process.env.SOAK).each(formats)("a stack whose format is %s", { timeout: soakLimitMs() }, (format) => {
    let stack: TestStack;
    let pipeline: Pipeline;

    beforeAll(async () => {
        stack = await TestStack.create();
        const { zookeeper, kafka, connect, registry } = stack.config();
        stack.configure({
            zookeeper: { ...zookeeper, servers: 1 },
            kafka: { ...kafka, brokers: 1 },
            connect: { ...connect, workers: 1, format },
            registry: { ...registry, instances: 2 },
        });
        await stack.up();
        pipeline = await Pipeline.open(stack);
    }, soakLimitMs());

    afterAll(async () => {
        await pipeline?.close();
        await stack?.dispose();
    });

    it("delivers rows to both queues, with the columns in the order of the table", async () => {
        const marker = await pipeline.passMarker(120);
        const body = pipeline.json.messages.find(({ id }) => id === marker.id)!.body;
        expect(Object.keys(JSON.parse(body) as object)).toEqual(["id", "first_name", "last_name", "email"]);
    });

    it("loses no row while registry and worker are killed again and again", async () => {
        const rows = await NumberedRows.start(pipeline);
        for (const member of ["registry-0", "connect-0", "registry-1", "registry-0"]) {
            await rows.untilCommitted(50);
            await crashContainer(containerName(stack.handle.name, member));
            await rows.untilCaughtUp(240);
        }
        const { json, xml } = await rows.account(240);
        for (const { lost, invented } of [json, xml]) expect({ lost, invented }).toEqual({ lost: [], invented: [] });
    });

    it("waits for the registry when workers start, and takes all rows then", async () => {
        const registry = [0, 1].map((i) => docker.getContainer(containerName(stack.handle.name, `registry-${i}`)));
        const worker = docker.getContainer(containerName(stack.handle.name, "connect-0"));
        await Promise.all(registry.map((instance) => instance.stop()));
        await worker.restart();
        const missed = await pipeline.table.insertRandom(100);
        const check = async () =>
            WAITS.test(String(await worker.logs({ stdout: true, stderr: true }))) ? done() : pending("no line");
        await waitFor(check, { what: "the line of a converter", timeoutSeconds: 120 });
        const { findings } = await readStatus(stack);
        expect(findings.map(({ key }) => key)).toContain("member:registry-0");
        await Promise.all(registry.map((instance) => instance.start()));
        await pipeline.untilArrived(missed, 120);
    });

    it("rolls the instances of the registry one by one on a changed setting, and loses no row", async () => {
        const { registry } = stack.config();
        stack.configure({ registry: { ...registry, heapMb: 160 } });
        const rows = await NumberedRows.start(pipeline);
        await rows.untilCommitted(20);
        let isRolling = true;
        let fewest = Infinity;
        const watch = async () => {
            while (isRolling) {
                const answers = await Promise.allSettled(
                    pipeline.outputs.addresses.registry!.map((target) => subjects(target)),
                );
                fewest = Math.min(fewest, answers.filter(({ status }) => status === "fulfilled").length);
            }
        };
        await Promise.all([watch(), stack.up().finally(() => (isRolling = false))]);
        expect(fewest).toBe(1);
        const { json, xml } = await rows.account();
        for (const { lost, invented } of [json, xml]) expect({ lost, invented }).toEqual({ lost: [], invented: [] });
    });

    it("has no difference afterwards", async () => {
        expect(await stack.preview()).toEqual([]);
    });
});
