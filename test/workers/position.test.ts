import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import axios from "axios";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { check } from "../../packages/connector/src/connectorProvider";
import { BROKER_VERSION } from "../support/workers/brokerProcess";
import { ConnectorProgram, Declaration, ProgramRun } from "../support/workers/connectorProgram";
import { ConnectProcesses, oneWorker, startConnectClusters } from "../support/workers/connectProcess";
import { Engine } from "../support/workers/engine";
import { FaultProxy } from "../support/workers/faultProxy";
import { WorkerUnderTest } from "./worker/workerUnderTest";

/** Slots that are there in the database, by name. */
const slots = vi.hoisted(() => new Set<string>());

// A file source stands for Debezium's: what it does with a position is the same to Connect. Its slot is this set
vi.mock("../../packages/connector/src/postgres/postgresSource", async (original) => ({
    ...(await original<object>()),
    isPostgresSource: (connectorClass: string) => connectorClass.endsWith("FileStreamSourceConnector"),
}));
vi.mock("../../packages/connector/src/postgres/replicationSlot", async (original) => ({
    ...(await original<object>()),
    slotReader: async (_url: string, slot: string) => (slots.has(slot) ? { reader: undefined } : undefined),
}));

const LIMIT_MS = 5 * 60_000;
const PATIENCE = { timeout: 30_000, interval: 200 };

let processes: ConnectProcesses;
beforeAll(async () => {
    const cluster = (groupId: string) => ({ version: BROKER_VERSION, workers: 1, groupId });
    processes = await startConnectClusters([cluster("test"), cluster("other")]);
}, LIMIT_MS);
afterAll(() => processes?.stop());

const stop = () => Promise.resolve();
const worker = new WorkerUnderTest(async () => ({ ...oneWorker(processes, processes.clusters[0]!), stop }));
const other = new WorkerUnderTest(async () => ({ ...oneWorker(processes, processes.clusters[1]!), stop }));

beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => undefined));

/** A source whose slot has its name, and exists or not. */
function source(hasSlot: boolean): Record<string, any> {
    const args = worker.source();
    const slot = args["name"].replaceAll("-", "_");
    if (hasSlot) slots.add(slot);
    args["config"]["slot.name"] = slot;
    return {
        ...args,
        timeoutSeconds: 30,
        checkLive: false,
        onDelete: { database: { url: "postgresql://user@127.0.0.1:1/db" } },
    };
}

const offsetsOf = ({ config }: Record<string, any>, position: number) => [
    { partition: { filename: config.file }, offset: { position } },
];
const patch = (args: Record<string, any>, position: number) =>
    // Refused while the workers rebalance
    vi.waitFor(
        () =>
            axios.patch(`${worker.workerUrl}/connectors/${args["name"]}/offsets`, {
                offsets: offsetsOf(args, position),
            }),
        { timeout: 60_000, interval: 200 },
    );
const SNAPSHOT = /would start with a snapshot/;

describe.concurrent("a source whose slot exists before it", () => {
    it("is not created without offsets, and is created with onPositionLoss", async () => {
        const args = source(true);
        const engine = new Engine();
        await expect(engine.up(args)).rejects.toThrow(SNAPSHOT);
        expect(await worker.config(args["name"])).toBeUndefined();
        await engine.up({ ...args, onPositionLoss: "startAnew" });
        await worker.untilRunning(args["name"]);
    });

    it("does not run after a create that failed half way, until it has offsets", async () => {
        const args = source(true);
        const engine = new Engine();
        const offsets = new RegExp(`GET /connectors/${args["name"]}/offsets`);
        worker.setFaults(args, (request) => (offsets.test(request) ? { kind: "answer", status: 403 } : undefined));
        await expect(engine.up(args)).rejects.toThrow(/403/);
        expect(engine.outputs).toMatchObject({ name: args["name"], positionUnproven: true });
        worker.setFaults(args, undefined);

        await expect(engine.up(args)).rejects.toThrow(SNAPSHOT);
        await expect(engine.up({ ...args, tasksMax: 2 })).rejects.toThrow(SNAPSHOT);
        expect(await worker.states(args["name"])).toEqual(["STOPPED"]);
        expect(engine.outputs).toBeDefined();

        await patch(args, 7);
        await engine.up(args);
        await worker.untilRunning(args["name"]);
        expect(engine.outputs).not.toHaveProperty("positionUnproven");
        expect(await worker.offsets(args["name"])).toEqual(offsetsOf(args, 7));
    });

    it("does not start from the beginning when it was created stopped and shall run", async () => {
        const args = source(true);
        const engine = new Engine();
        await engine.up({ ...args, state: "stopped" });
        await expect(engine.up(args)).rejects.toThrow(SNAPSHOT);
        expect(await worker.states(args["name"])).toEqual(["STOPPED"]);
        await engine.up({ ...args, onPositionLoss: "startAnew" });
        await worker.untilRunning(args["name"]);
    });

    it("does not start from the beginning on a new Kafka cluster", async () => {
        const args: Record<string, any> = { ...source(false), onNewKafkaCluster: "recreate" };
        const engine = new Engine();
        await engine.up(args);
        slots.add(args["config"]["slot.name"]);
        await worker.delete(args["name"]);
        engine.outputs!["kafkaClusterId"] = "lost";
        await expect(engine.up({ ...args, timeoutSeconds: 31 })).rejects.toThrow(SNAPSHOT);
        expect(await worker.config(args["name"])).toBeUndefined();
        await engine.up({ ...args, onPositionLoss: "startAnew" });
        await worker.untilRunning(args["name"]);
    });

    it("does not start from the beginning when it was deleted by hand, and continues where it has offsets", async () => {
        const [lost, kept] = [source(false), source(false)];
        writeFileSync(kept["config"].file, "line\n");
        for (const args of [lost, kept]) {
            const engine = new Engine();
            await engine.up(args);
            const before = args === kept && (await worker.offsets(args["name"]));
            slots.add(args["config"]["slot.name"]);
            await worker.delete(args["name"]);
            const again = engine.up({ ...args, timeoutSeconds: 31 });
            if (args === lost) {
                await expect(again).rejects.toThrow(SNAPSHOT);
                expect(await worker.config(args["name"])).toBeUndefined();
                expect(engine.outputs).toBeDefined();
            } else {
                await again;
                await worker.untilRunning(args["name"]);
                expect(await worker.offsets(args["name"])).toEqual(before);
            }
        }
    });
});

describe.concurrent("restUrls of another Connect cluster", () => {
    it("are refused while the old one has the connector, or does not answer", async () => {
        const args = worker.source();
        const doomed = await FaultProxy.start([{ restUrl: worker.workerUrl }]);
        const engine = new Engine();
        await engine.up({ ...args, restUrls: doomed.urlsFor(args["name"]) });
        const there = other.source()["restUrls"] as string[];
        await expect(engine.up({ ...args, restUrls: there })).rejects.toThrow("is still on the old cluster");
        expect((await check(engine.outputs as any, { ...args, restUrls: there })).failures).toHaveLength(1);
        await doomed.close();
        await expect(engine.up({ ...args, restUrls: there })).rejects.toThrow('set onSilentCluster: "recreate"');
        expect(await other.config(args["name"])).toBeUndefined();
        await worker.untilRunning(args["name"]);

        await engine.up({ ...args, restUrls: args["restUrls"] });
        expect(worker.writes(args)).toEqual([]);
        await worker.delete(args["name"]);
        await engine.up({ ...args, restUrls: there });
        await other.untilRunning(args["name"]);
    });
});

describe.concurrent("renamedFrom", () => {
    const renamed = (args: Record<string, any>, more: object = {}) => ({
        ...args,
        name: `${args["name"]}-new`,
        renamedFrom: args["name"],
        ...more,
    });

    it("leaves the old connector as it is where Connect refuses the new one", async () => {
        const args: Record<string, any> = { ...worker.source(), checkLive: false };
        const engine = new Engine();
        await engine.up(args);
        const news = renamed(args, { config: { ...args["config"], topic: "" } });
        await expect(engine.up(news)).rejects.toThrow("Connect refuses the config");
        await worker.untilRunning(args["name"]);
        expect(await worker.config(news["name"])).toBeUndefined();
    });

    it("that failed half way is undone by another one, or destroyed with both connectors", async () => {
        for (const way of ["back", "destroy"]) {
            const args = worker.source();
            writeFileSync(args["config"].file, "line\n");
            const engine = new Engine();
            await engine.up(args);
            const before = await worker.offsets(args["name"]);
            const news = renamed(args);
            worker.setFaults(args, (request) =>
                request.startsWith("DELETE") ? { kind: "answer", status: 403 } : undefined,
            );
            await expect(engine.up(news)).rejects.toThrow(/403/);
            expect(engine.outputs).toMatchObject({ name: news["name"], renameDue: true });
            worker.setFaults(args, undefined);
            if (way === "back") {
                await expect(engine.up(args)).rejects.toThrow(`set renamedFrom: "${news["name"]}"`);
                await engine.up({ ...args, renamedFrom: news["name"] });
                await worker.untilRunning(args["name"]);
                expect(await worker.offsets(args["name"])).toEqual(before);
            } else {
                await engine.destroy();
                expect(await worker.config(args["name"])).toBeUndefined();
            }
            expect(await worker.config(news["name"])).toBeUndefined();
        }
    });

    it("is refused where both connectors run", async () => {
        const [args, second] = [worker.source(), worker.source()];
        const engine = new Engine();
        await engine.up(args);
        await new Engine().up(second);
        await expect(engine.up({ ...args, name: second["name"], renamedFrom: args["name"] })).rejects.toThrow(
            "both exist, and",
        );
    });
});

/** The request before which the first `up` is killed, for a rename from o to n; the worker never gets it. */
const STEPS = {
    "the new one is made": (_o: string, n: string) => (request: string, body: string) =>
        request === "POST /connectors" && body.includes(`"name":"${n}"`),
    "the old one is stopped": (o: string) => (request: string) => request === `PUT /connectors/${o}/stop`,
    "the offsets are carried over": (_o: string, n: string) => (request: string) =>
        request === `PATCH /connectors/${n}/offsets`,
    "the old one is deleted": (o: string) => (request: string) => request === `DELETE /connectors/${o}`,
    "the new one is resumed": (_o: string, n: string) => (request: string) => request === `PUT /connectors/${n}/resume`,
    "nothing: it is killed anywhere": () => () => false,
};

describe("one up renames sources and sinks, with their resources or without", () => {
    const names = Object.keys(STEPS) as (keyof typeof STEPS)[];
    const LINES = ["one\n", "two\n", "three\n"];
    let program: ConnectorProgram;
    let pipes: { step: keyof typeof STEPS; source: Declaration; sink: Declaration }[];
    let run: ProgramRun;

    const news = (args: Declaration, i: number): Declaration => ({
        ...args,
        name: `${args.name}-new`,
        renamedFrom: args.name,
        // Every second resource keeps its name
        resource: i % 2 ? args.name : `${args.name}-new`,
    });
    const renamed = () => pipes.flatMap(({ source, sink }, i) => [news(source, i), news(sink, i + 1)]);

    beforeAll(async () => {
        program = await ConnectorProgram.create();
        pipes = names.map((step) => {
            const [source, sink] = [worker.source(), worker.sink()] as [any, any];
            source.config.topic = sink.config.topics = `lines-${source.name}`;
            sink.onDelete = source.onDelete = { offsets: "reset" };
            sink.checkLive = source.checkLive = false;
            writeFileSync(source.config.file, LINES[0]!);
            return { step, source, sink };
        });
        program.declare(pipes.flatMap(({ source, sink }) => [source, sink]));
        await program.up("--parallel", "20");
        for (const { sink } of pipes) {
            await vi.waitFor(() => expect(readFileSync(sink.config["file"]!, "utf8")).toBe(LINES[0]), PATIENCE);
        }

        const waiting = new Set<string>();
        for (const { step, source, sink } of pipes) {
            for (const { name } of [source, sink]) {
                const isStep = STEPS[step](name, `${name}-new`);
                worker.setFaults({ name }, (request, body) => {
                    if (!isStep(request, body.toString())) return undefined;
                    waiting.add(name);
                    return { kind: "hang" };
                });
            }
        }
        program.declare(renamed());
        await program.upUntilKilled(() => waiting.size >= 2 * (names.length - 1), "--parallel", "20");
        for (const { source, sink } of pipes) {
            appendFileSync(source.config["file"]!, LINES[1]!);
            [source, sink].forEach((args) => worker.setFaults(args, undefined));
        }
        run = await program.up("--parallel", "20");
        for (const { source } of pipes) appendFileSync(source.config["file"]!, LINES[2]!);
    }, LIMIT_MS);

    afterAll(() => program?.remove());

    it.each(names)("killed before %s, the next up continues: no line is lost or sent twice", async (step) => {
        const { source, sink } = pipes.find((pipe) => pipe.step === step)!;
        await vi.waitFor(() => expect(readFileSync(sink.config["file"]!, "utf8")).toBe(LINES.join("")), PATIENCE);
        for (const { name } of [source, sink]) {
            expect(await worker.config(name)).toBeUndefined();
            await worker.untilRunning(`${name}-new`);
        }
    });

    it(
        "leaves nothing to do, and takes an old name for nothing else",
        async () => {
            expect(await program.run("preview", "--expect-no-changes", "--stack", "test")).toMatchObject({ code: 0 });
            expect(run.output).toContain("continues from it");
            const { source } = pipes[0]!;
            program.declare([...renamed(), { ...source, resource: "again" }]);
            const twice = await program.run("preview", "--stack", "test");
            expect(twice.output).toContain(`resource "again" is the connector that renamedFrom of resource`);
            program.declare([]);
            await program.up("--parallel", "20");
        },
        LIMIT_MS,
    );
});
