import { describe, expect, it, vi } from "vitest";
import * as gate from "../../../components/rolling/gateProvider";
import * as readiness from "../../../components/rolling/readinessProvider";
import * as rollStart from "../../../components/rolling/rollStartProvider";
import { makeTestTls } from "../../support/tls/testCredentials";
import { startEnsemble, startWorker, type WorkerAnswers } from "../servers/servers";

const closed = "127.0.0.1:9";
const closedWorker = "http://127.0.0.1:9";
const containerId = "0123456789abcdef";

describe("readiness", () => {
    const unready: readiness.ReadinessInputs = {
        kind: "zookeeper",
        targets: [closed],
        expected: 1,
        members: { "zookeeper-0": containerId },
        timeoutSeconds: 0.05,
    };

    it("waits on create, and reports the last reason and how to find the cause", async () => {
        await expect(readiness.create(unready)).rejects.toThrow(
            /ZooKeeper ensemble \(zookeeper-0\): not ready after 0\.05 s\. Last seen: 127\.0\.0\.1:9 does not answer .*docker logs 0123456789ab \(zookeeper-0\)/,
        );
    });

    it("has its inputs as state once the cluster is ready", async () => {
        const inputs = { ...unready, targets: await startEnsemble(["standalone"]) };
        await expect(readiness.create(inputs)).resolves.toEqual({ id: "zookeeper-readiness", outs: inputs });
    });

    it("waits again when a member has a new container", async () => {
        const news = { ...unready, members: { "zookeeper-0": "fedcba9876543210" } };
        await expect(readiness.update("id", unready, news)).rejects.toThrow("not ready");
    });

    it("waits for nothing when only its own limit changed", async () => {
        const news = { ...unready, timeoutSeconds: 1 };
        await expect(readiness.update("id", unready, news)).resolves.toEqual({ outs: news });
    });

    it("restarts kept connectors that have FAILED once new workers are ready, and waits until it runs", async () => {
        const printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
        const answers = { tasks: { mended: ["RUNNING", "FAILED"], changing: ["FAILED"], well: ["RUNNING"] } };
        const restarted = vi.fn(() => void (answers.tasks.mended = ["RUNNING", "RUNNING"]));
        const targets = [await startWorker({ tasks: answers.tasks, restarted })];
        const workers = { ...unready, kind: "connect" as const, targets, timeoutSeconds: 5 };
        const news = { ...workers, members: { "connect-0": "new" }, keptConnectors: ["mended", "well"] };
        const { outs } = await readiness.update("id", workers, news);
        expect(restarted.mock.calls).toEqual([["mended"]]);
        expect(printed.mock.calls).toEqual([["restarted, as they had FAILED: mended"]]);
        expect(outs).not.toHaveProperty("keptConnectors");
        expect(await readiness.diff("id", outs, { ...news, keptConnectors: [] })).toEqual({ changes: false });
        printed.mockRestore();
    });

    it("shows no change for the same inputs in another order, and one for another container", async () => {
        const same = Object.fromEntries(Object.entries(unready).reverse());
        expect(await readiness.diff("id", unready, same)).toEqual({ changes: false });
        const changed = { ...unready, members: { "zookeeper-0": "x" } };
        expect(await readiness.diff("id", unready, changed)).toEqual({ changes: true });
    });
});

describe("gate", () => {
    const inputs = (change: Partial<gate.GateInputs>): gate.GateInputs => ({
        kind: "connect",
        member: "connect-0",
        index: 0,
        targets: [closedWorker],
        expected: 1,
        containerId,
        containers: [{ container: "connect-0", endpoint: "unix:///nowhere/docker.sock" }],
        timeoutSeconds: 0.05,
        ...change,
    });
    // In a roll that began since
    const replaced = (change: Partial<gate.GateInputs>) =>
        inputs({ containerId: "fedcba9876543210", roll: "new", ...change });

    it("lets a new member pass at once", async () => {
        await expect(gate.create(inputs({}))).resolves.toEqual({ id: "gate connect-0", outs: inputs({}) });
    });

    it("waits for nothing while the container is the same", async () => {
        const news = inputs({ expected: 2 });
        await expect(gate.update("id", inputs({}), news)).resolves.toEqual({ outs: news });
    });

    it("stops the roll when the replaced member does not come back", async () => {
        await expect(gate.update("id", inputs({}), replaced({}))).rejects.toThrow(
            /member connect-0 to rejoin: not ready after .*Its log cannot be read .*docker logs fedcba987654/,
        );
    });

    it("passes a ZooKeeper server once it is back in the quorum", async () => {
        const targets = await startEnsemble(["follower", undefined]);
        const update = (index: number) =>
            gate.update("id", inputs({}), replaced({ kind: "zookeeper", targets, index }));
        await expect(update(0)).resolves.toBeDefined();
        await expect(update(1)).rejects.toThrow("is not in the quorum");
    });

    it("passes a worker once all recorded tasks run again", async () => {
        let looks = 0;
        const answers = {
            get tasks() {
                return { sink: ["RUNNING", ++looks < 3 ? "UNASSIGNED" : "RUNNING"] };
            },
        };
        const targets = [await startWorker(answers)];
        const news = replaced({ targets, runningTasks: ["sink/0", "sink/1"], timeoutSeconds: 20 });
        await gate.update("id", inputs({}), news);
        expect(looks, "two looks that show UNASSIGNED, seven in a row that show RUNNING").toBe(9);
    });

    it("names the task that does not run", async () => {
        const targets = [await startWorker({ tasks: { sink: ["FAILED"] } })];
        const news = replaced({ targets, runningTasks: ["sink/0"] });
        await expect(gate.update("id", inputs({}), news)).rejects.toThrow(
            "tasks that do not run again yet: sink/0 is FAILED",
        );
    });

    it("restarts a task that has FAILED, and passes when it runs", async () => {
        const answers: WorkerAnswers = { tasks: { sink: ["FAILED"] } };
        const restarted = vi.fn(() => void (answers.tasks = { sink: ["RUNNING"] }));
        const targets = [
            await startWorker({
                ...answers,
                restarted,
                get tasks() {
                    return answers.tasks;
                },
            }),
        ];
        const news = replaced({ targets, runningTasks: ["sink/0"], keptConnectors: ["sink"], timeoutSeconds: 20 });
        await gate.update("id", inputs({}), news);
        expect(restarted.mock.calls).toEqual([["sink"]]);
    });

    it("stops the roll when a task of an unchanged connector fails after each restart", async () => {
        vi.useFakeTimers({ toFake: ["Date"] });
        const restarted = vi.fn(() => void vi.advanceTimersByTime(40_000));
        const targets = [await startWorker({ tasks: { sink: ["FAILED"] }, restarted })];
        const news = replaced({ targets, runningTasks: ["sink/0"], keptConnectors: ["sink"], timeoutSeconds: 20 });
        const update = gate.update("id", inputs({}), news);
        const advance = setInterval(() => vi.advanceTimersByTime(40_000), 50);
        await expect(update).rejects.toThrow(
            /member connect-0 is back, but tasks that ran before do not run, after 2 restarts: sink\/0 is FAILED/,
        );
        clearInterval(advance);
        vi.useRealTimers();
        expect(restarted).toHaveBeenCalledTimes(2);
    });

    it("knows no record when the container was replaced without a roll", async () => {
        const targets = [await startWorker({ tasks: { sink: ["FAILED"] } })];
        const olds = inputs({ roll: "1", runningTasks: ["sink/0"] });
        const news = replaced({ targets, roll: "1", runningTasks: ["sink/0"], timeoutSeconds: 20 });
        await expect(gate.update("id", olds, news)).resolves.toBeDefined();
    });

    it("is not changed by what it knows of a run alone, and keeps no secret", async () => {
        const news = inputs({ keptConnectors: [], secrets: ["hunter2"] });
        expect(await gate.diff("id", inputs({}), news)).toEqual({ changes: false });
        expect((await gate.update("id", inputs({}), news)).outs).toEqual(inputs({}));
    });

    it("without a record waits for every task that has not failed", async () => {
        const targets = [await startWorker({ tasks: { sink: ["FAILED", "UNASSIGNED"] } })];
        await expect(gate.update("id", inputs({}), replaced({ targets }))).rejects.toThrow(
            "tasks that do not run again yet: sink/1 is UNASSIGNED",
        );
    });

    it.each<{
        why: string;
        tasks: Record<string, string[]>;
        connectorState?: string;
        runningTasks: string[];
        keptConnectors?: string[];
    }>([
        { why: "a task that had failed before", tasks: { sink: ["FAILED"] }, runningTasks: [] },
        {
            why: "a FAILED task of a connector that the same update changes",
            tasks: { sink: ["FAILED"] },
            runningTasks: ["sink/0"],
            keptConnectors: ["other"],
        },
        { why: "a connector that was removed", tasks: {}, runningTasks: ["sink/0"] },
        {
            why: "a connector that is paused by hand",
            tasks: { sink: ["PAUSED"] },
            connectorState: "PAUSED",
            runningTasks: ["sink/0"],
        },
    ])("does not wait for $why", async ({ tasks, connectorState, runningTasks, keptConnectors }) => {
        const targets = [await startWorker({ tasks, connectorState })];
        const news = replaced({ targets, runningTasks, keptConnectors, timeoutSeconds: 20 });
        await expect(gate.update("id", inputs({}), news)).resolves.toBeDefined();
    });
});

describe("credentials", () => {
    const credentials = { ca: "authority", cert: "mine", key: "hunter2" };
    const renewed = { ...credentials, cert: "new" };

    it("are no part of the state, and no change when they are renewed", async () => {
        const gateInputs: gate.GateInputs = {
            kind: "zookeeper",
            member: "zookeeper-0",
            index: 0,
            targets: [closed],
            expected: 1,
            containerId,
            containers: [],
            timeoutSeconds: 0.05,
            credentials,
        };
        const targets = await startEnsemble([]);
        const readinessInputs = {
            kind: "connect" as const,
            targets,
            expected: 0,
            members: {},
            timeoutSeconds: 5,
            credentials,
        };
        const ready = await readiness.create({ ...readinessInputs, kind: "registry" });
        const started = await rollStart.create({ targets: [closedWorker], digest: "1", credentials });
        const passed = await gate.create(gateInputs);
        expect(JSON.stringify([ready, started, passed])).not.toMatch(/hunter2|mine|authority/);
        const same = { changes: false };
        expect(await gate.diff("id", passed.outs, { ...gateInputs, credentials: renewed })).toEqual(same);
        const readyAgain = { ...readinessInputs, kind: "registry" as const, credentials: renewed };
        expect(await readiness.diff("id", ready.outs, readyAgain)).toEqual(same);
        const startAgain = { targets: [closedWorker], digest: "1", credentials: renewed };
        expect(await rollStart.diff("id", started.outs, startAgain)).toEqual(same);
        const updates = [
            await gate.update("id", passed.outs, { ...gateInputs, expected: 2, credentials: renewed }),
            await readiness.update("id", ready.outs, { ...readyAgain, timeoutSeconds: 6 }),
            await rollStart.update("id", started.outs, startAgain),
        ];
        expect(JSON.stringify(updates)).not.toMatch(/hunter2|new|authority/);
    });

    it("open workers with TLS to a gate and to the record of a roll, whose old addresses may be plain", async () => {
        const { server, credentials: own } = makeTestTls();
        const target = await startWorker({ tasks: { sink: ["RUNNING"] } }, server);
        const olds = { targets: ["http://127.0.0.1:9"], digest: "1", runningTasks: [] };
        const news = { targets: [target], digest: "2", credentials: own };
        expect((await rollStart.update("id", olds, news)).outs.runningTasks).toEqual(["sink/0"]);
        const inputs = {
            kind: "connect" as const,
            member: "connect-0",
            index: 0,
            targets: [target],
            expected: 1,
            containerId,
            containers: [{ container: "connect-0", endpoint: "unix:///nowhere/docker.sock" }],
            timeoutSeconds: 10,
            runningTasks: ["sink/0"],
            roll: "2",
        };
        const replaced = { ...inputs, containerId: "new" };
        const before = { ...inputs, roll: "1" };
        await expect(gate.update("id", before, { ...replaced, timeoutSeconds: 0.2 })).rejects.toThrow("not ready");
        await gate.update("id", before, { ...replaced, credentials: own });
    });
});

describe("roll start", () => {
    it("records nothing for a new cluster", async () => {
        const inputs = { targets: [closedWorker], digest: "1" };
        await expect(rollStart.create(inputs)).resolves.toEqual({
            id: "roll-start",
            outs: { ...inputs, runningTasks: [] },
        });
    });

    it("records what runs when the digest changes, and reports what had failed", async () => {
        const printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
        const target = await startWorker({ tasks: { source: ["RUNNING"], sink: ["FAILED", "RUNNING"] } });
        const olds = { targets: [closedWorker, target], digest: "1", runningTasks: [] };
        const { outs } = await rollStart.update("id", olds, { targets: [target], digest: "2" });
        expect(outs.runningTasks).toEqual(["sink/1", "source/0"]);
        expect(printed.mock.calls.join()).toContain("does not wait for tasks that had FAILED before: sink/0");
        printed.mockRestore();
    });

    it("keeps its record while the digest is the same", async () => {
        const olds = { targets: [closedWorker], digest: "1", runningTasks: ["sink/0"] };
        const { outs } = await rollStart.update("id", olds, { targets: [closedWorker], digest: "1" });
        expect(outs.runningTasks).toEqual(["sink/0"]);
    });

    it("lets a roll begin when no worker answers, as the roll may be the remedy", async () => {
        const printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
        const olds = { targets: [closedWorker], digest: "1", runningTasks: ["sink/0"] };
        const { outs } = await rollStart.update("id", olds, { targets: [closedWorker], digest: "2" });
        expect(outs.runningTasks).toEqual([]);
        expect(printed.mock.calls.join()).toContain("no worker reports its tasks");
        printed.mockRestore();
    });
});
