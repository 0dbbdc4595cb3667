import { afterAll, beforeAll, describe } from "vitest";
import { CONNECT_VERSIONS, ConnectProcesses, oneWorker, startConnectClusters } from "../support/workers/connectProcess";
import { authenticating, GuardedWorker } from "./worker/authenticating";
import { everyVersion } from "./worker/everyVersion";
import { lifecycleEverywhere } from "./worker/lifecycle";
import { naming } from "./worker/naming";
import { newVersion } from "./worker/newVersion";
import { oldVersion } from "./worker/oldVersion";
import { WorkerUnderTest } from "./worker/workerUnderTest";

const [oldest, own, newest] = CONNECT_VERSIONS as [string, string, string];
const guarded = new GuardedWorker(own);
let processes: ConnectProcesses | undefined;

beforeAll(async () => {
    const plain = [oldest, newest].map((version) => ({ version, workers: 1 }));
    processes = await startConnectClusters([...plain, guarded.spec]);
});
afterAll(() => processes?.stop());

const cluster = (index: number) => processes!.clusters[index]!;

describe.each([
    { version: oldest, index: 0, itsOwn: oldVersion },
    { version: newest, index: 1, itsOwn: newVersion },
])("Connect $version", ({ index, itsOwn }) => {
    const stop = () => Promise.resolve();
    const worker = new WorkerUnderTest(async () => ({ ...oneWorker(processes!, cluster(index)), stop }));
    everyVersion(worker);
    lifecycleEverywhere(worker);
    naming(worker);
    itsOwn(worker);
});

authenticating(guarded, () => cluster(2));
