import { afterEach, beforeEach, expect, it } from "vitest";
import type { ConnectorStatus } from "../../../../packages/connector/src/client/types";
import { openConnectors } from "../../../../packages/connector/src/inputs/openConnectors";
import { FakeConnect } from "../../../support/workers/fakeConnect";

/** Two workers that get a changed config at different times. */
let first: FakeConnect;
let second: FakeConnect;

beforeEach(async () => {
    [first, second] = [new FakeConnect(), new FakeConnect()];
    for (const worker of [first, second]) {
        await worker.start();
        worker.connectors.set("sink", { config: { topics: "old" }, state: "RUNNING", generation: 1 });
    }
});

afterEach(() => Promise.all([first.stop(), second.stop()]));

const change = (worker: FakeConnect) => void (worker.connectors.get("sink")!.config = { topics: "new" });

/** The question, for a connector whose one task is on that worker. */
async function whetherChanged(worker_id: string): Promise<() => Promise<boolean>> {
    const access = { name: "sink", restUrls: [first.url, second.url], secrets: {}, auth: undefined };
    const connectors = openConnectors(access, { limitSeconds: 30, silenceSeconds: 30 });
    const member = { state: "RUNNING", worker_id } as const;
    const status: ConnectorStatus = { name: "sink", connector: member, tasks: [{ id: 0, ...member }] };
    const before = await connectors.taskConfigs("sink");
    first.requests = [];
    second.requests = [];
    return connectors.whetherTaskConfigsChanged(status, before);
}

it("the worker of the task is asked for its new config, and no other one", async () => {
    const hasChanged = await whetherChanged(new URL(second.url).host);
    change(first);
    expect(await hasChanged()).toBe(false);
    change(second);
    expect(await hasChanged()).toBe(true);
    expect(first.requests).toEqual([]);
});

it("where workers use another address for the task's worker, all must report the new configs, each once", async () => {
    const hasChanged = await whetherChanged("connect-1:8083");
    change(first);
    expect(await hasChanged()).toBe(false);
    expect(await hasChanged()).toBe(false);
    change(second);
    expect(await hasChanged()).toBe(true);
    expect(first.requests).toHaveLength(1);
});

it("a worker that is down is not waited for, but one worker has to report the new configs", async () => {
    const hasChanged = await whetherChanged("connect-1:8083");
    await second.stop();
    expect(await hasChanged()).toBe(false);
    change(first);
    expect(await hasChanged()).toBe(true);
});
