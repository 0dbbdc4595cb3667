import { afterAll, beforeAll, expect, it } from "vitest";
import { controlRecords } from "../../servers/controlRecords";
import { clusterView } from "../../servers/kafka";
import { partitionOffsets } from "../../servers/kafkaTopics";
import { done, pending, waitFor } from "../../servers/wait";
import { BROKER_VERSION } from "../support/workers/brokerProcess";
import { ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { LineSource } from "../support/workers/lineSource";
import { ConnectWorker } from "../support/workers/workerProcess";

const GROUP = "fencing";
/** On a busy machine workers start in a minute. */
const LIMIT = { timeout: 6 * 60_000 };
const support = (value: string) => ({ "exactly.once.source.support": value, "offset.flush.interval.ms": 3000 });

let connect: ConnectProcesses;
let workers: ConnectWorker[];
const otherThan = (one: ConnectWorker) => workers.find((worker) => worker !== one)!;

beforeAll(async () => {
    const config = support("disabled");
    connect = await startConnectClusters([{ version: BROKER_VERSION, workers: 2, groupId: GROUP, config }]);
    workers = connect.clusters[0]!.workers;
});

afterAll(() => connect?.stop());

// Each test continues where the previous one ends: after the first one all workers have support.

// KIP-618 wants "preparing" between, so that a leader that hangs in between can do no harm, either.
it("workers go from disabled to enabled one after the other, and no task fails", LIMIT, async () => {
    const sources = ["a", "b"].map((name) => new LineSource(name, connect, GROUP));
    for (const source of sources) await source.create(workers[0]!);
    for (const [round, worker] of workers.entries()) {
        await worker.kill();
        sources.forEach((source) => (source.askedWorker = otherThan(worker)));
        worker.start(support("enabled"));
        await worker.untilReady();
        // In the first round its leader is still a worker without support
        await Promise.any(sources.map((source) => source.untilRunningOn([worker])));
        sources.forEach((source) => source.add(round));
        for (const source of sources) {
            await source.untilRunningOn(workers);
            await source.untilPosition((round + 1) * LineSource.lineBytes);
        }
    }
    for (const source of sources) expect(new Set(await source.lines())).toEqual(new Set(["0", "1"]));
});

it("a worker that hangs while its task moves does not overwrite the newer position", LIMIT, async () => {
    const source = new LineSource("moved", connect, GROUP);
    await source.create(workers[0]!);
    const victim = await source.untilRunningOn(workers);
    source.askedWorker = otherThan(victim);
    source.add(1);
    await source.untilPosition(LineSource.lineBytes);
    source.add(2);
    await source.untilWritten(2);

    // Without support its position after line 2 comes after the other worker's one after line 3: measured 2, 6, 4, 8 bytes
    victim.signal("SIGSTOP");
    source.add(3);
    await source.untilPosition(3 * LineSource.lineBytes);
    const logBefore = victim.log.length;
    victim.signal("SIGCONT");
    const isRefused = () => victim.log.includes("ProducerFencedException", logBefore);
    await waitFor(async () => (isRefused() ? done() : pending("its log does not show it")), {
        what: "the write of the worker that hung to be refused",
        timeoutSeconds: 60,
    });
    source.add(4);
    await source.untilPosition(4 * LineSource.lineBytes);
    const positions = await source.positions();
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(new Set(await source.lines())).toEqual(new Set(["1", "2", "3", "4"]));
});

it("control records of transactions are counted", async () => {
    const source = new LineSource("counted", connect, GROUP);
    await source.create(workers[0]!);
    for (const line of [1, 2]) {
        source.add(line);
        await source.untilPosition(line * LineSource.lineBytes);
    }
    const view = await clusterView(connect.bootstrapServers);
    const partitions = view.partitions.filter(({ topic }) => topic === source.topic);
    const ends = await partitionOffsets({ ...view, partitions }, "end");
    const key = `${source.topic}-0`;
    expect(ends).toEqual(new Map([[key, 4]]));
    const controls = (position: number) => controlRecords(view, partitions, new Map([[key, position]]), ends);
    expect(await controls(0)).toBe(2);
    expect(await controls(2)).toBe(1);
    expect(await controls(3)).toBe(1);
    expect(await controls(4)).toBe(0);
});

it("the position of a stopped source is changed and reset, and the source continues from there", LIMIT, async () => {
    const source = new LineSource("changed", connect, GROUP);
    await source.create(workers[0]!);
    source.add(1);
    source.add(2);
    await source.untilPosition(2 * LineSource.lineBytes);
    await source.stop();
    await source.setPosition(LineSource.lineBytes);
    await source.untilPosition(LineSource.lineBytes);
    await source.resume();
    await source.untilPosition(2 * LineSource.lineBytes);
    await source.stop();
    await source.resetPosition();
    await source.untilPosition(undefined);
    await source.resume();
    await source.untilPosition(2 * LineSource.lineBytes);
    expect(await source.lines()).toEqual(["1", "2", "2", "1", "2"]);
});
