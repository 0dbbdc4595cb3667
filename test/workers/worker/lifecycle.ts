import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { WorkerUnderTest } from "./workerUnderTest";

const MEMBERS: Record<string, string[]> = {
    running: ["RUNNING", "RUNNING"],
    paused: ["PAUSED", "PAUSED"],
    stopped: ["STOPPED"],
};
const ACTION: Record<string, string> = { running: "resume", paused: "pause", stopped: "stop" };
const STATES = Object.keys(MEMBERS);
const TRANSITIONS = STATES.flatMap((from) => STATES.filter((to) => to !== from).map((to) => [from, to] as const));

/** A sink whose task has FAILED since its folder was taken away; it is put back. */
async function failedLater(worker: WorkerUnderTest) {
    const file = `${worker.path("folder")}/out`;
    const args = worker.sink({ file });
    const engine = worker.engine();
    mkdirSync(dirname(file));
    await engine.up(args);
    rmSync(dirname(file), { recursive: true });
    await worker.failTask(args["name"]);
    mkdirSync(dirname(file));
    worker.writes(args);
    return { args, engine, path: `/connectors/${args["name"]}` };
}

/** States in every direction, and what others did to a connector meanwhile. */
export function lifecycle(worker: WorkerUnderTest): void {
    describe.concurrent("state", () => {
        it.each(TRANSITIONS)("%s to %s by one write, also with a new config", async (from, to) => {
            const args: Record<string, any> = { ...worker.sink(), state: "running" };
            const path = `/connectors/${args["name"]}`;
            const engine = worker.engine();
            await engine.up(args);
            if (from !== "running") await engine.up({ ...args, state: from });
            worker.writes(args);

            await engine.up({ ...args, state: to });
            expect(engine.outputs!["state"]).toBe(to);
            expect(worker.writes(args)).toEqual([`PUT ${path}/${ACTION[to]}`]);

            const file = worker.path("other");
            await engine.up({ ...args, state: from, config: { ...args["config"], file } });
            expect(engine.outputs!["state"]).toBe(from);
            expect(worker.writes(args).sort()).toEqual([`PUT ${path}/${ACTION[from]}`, `PUT ${path}/config`].sort());

            await engine.up({ ...args, config: { ...args["config"], file } });
            expect(await worker.states(args["name"])).toEqual(MEMBERS["running"]);
            expect(existsSync(file)).toBe(true);
        });

        it("paused is reached by a connector whose task has FAILED: pause alone would do nothing", async () => {
            const { args, engine, path } = await failedLater(worker);
            await engine.up({ ...args, state: "paused" });
            expect(await worker.states(args["name"])).toEqual(MEMBERS["paused"]);
            expect(worker.writes(args)).toEqual([
                `PUT ${path}/pause`,
                `POST ${path}/restart?includeTasks=true&onlyFailed=true`,
            ]);
        });

        it("stopped is reached by a connector whose task has FAILED", async () => {
            const { args, engine, path } = await failedLater(worker);
            await engine.up({ ...args, state: "stopped" });
            expect(await worker.states(args["name"])).toEqual(MEMBERS["stopped"]);
            expect(worker.writes(args)).toEqual([`PUT ${path}/stop`]);
        });
    });

    describe.concurrent("drift", () => {
        it("of a task that failed is seen by refresh, and repaired by one restart", async () => {
            const { args, engine, path } = await failedLater(worker);
            await engine.refresh();
            expect(engine.outputs).toMatchObject({ state: "failed", tasks: [{ id: 0, state: "failed" }] });
            expect(await engine.up(args)).toBe("updated");
            expect(worker.writes(args)).toEqual([`POST ${path}/restart?includeTasks=true&onlyFailed=true`]);
            expect(await worker.states(args["name"])).toEqual(MEMBERS["running"]);
        });

        it("of the class is seen by refresh, and repaired by one write", async () => {
            const args = worker.sink();
            const engine = worker.engine();
            await engine.up(args);
            // another form of the class name, which Connect accepts, but not the declared one
            const other = "FileStreamSink";
            await worker.put(args["name"], { ...(await worker.config(args["name"]))!, "connector.class": other });
            // During a rebalance no worker reports it as running, and the update would report that again
            const states = () => worker.states(args["name"]);
            await expect.poll(states, { timeout: 30_000 }).toEqual(MEMBERS["running"]);
            worker.writes(args);
            await engine.refresh();
            expect(engine.outputs).toMatchObject({ class: other });
            expect(await engine.up(args)).toBe("updated");
            expect(worker.writes(args)).toEqual([`PUT /connectors/${args["name"]}/config`]);
            expect(await worker.config(args["name"])).toMatchObject({ "connector.class": args["class"] });
        });

        it("of tasks.max and of a stop by hand is repaired by one write each", async () => {
            const args = worker.sink();
            const path = `/connectors/${args["name"]}`;
            const engine = worker.engine();
            await engine.up(args);
            await worker.put(args["name"], { ...(await worker.config(args["name"]))!, "tasks.max": "3" });
            await worker.stop(args["name"]);
            worker.writes(args);
            await engine.refresh();
            expect(engine.outputs).toMatchObject({ tasksMax: 3, state: "stopped", tasks: [] });
            expect(await engine.up(args)).toBe("updated");
            expect(worker.writes(args)).toEqual([`PUT ${path}/config`, `PUT ${path}/resume`]);
            await engine.refresh();
            expect(await engine.up(args)).toBe("unchanged");
        });
    });

    it("an update that was killed after its write is not written again, and nothing restarts", async () => {
        const { args, changed, engine } = await killedUpdate(worker);
        expect(await engine.up(changed)).toBe("updated");
        expect(worker.writes(args)).toEqual([]);
        await vi.waitFor(() => expect(worker.starts(args["name"])).toBe(2), { timeout: 30_000, interval: 200 });
    });
}

/** What holds for every version. */
export function lifecycleEverywhere(worker: WorkerUnderTest): void {
    // With the check left out it is the write itself that Connect validates, also in 2.8.
    it.each([true, false])(
        "a config that Connect rejects is never written (check before it: %s)",
        async (checkLive) => {
            const args: Record<string, any> = { ...worker.source({ "batch.size": "7" }), checkLive };
            const engine = worker.engine();
            await engine.up(args);
            const before = { ...engine.outputs };
            worker.writes(args);
            const wrong = { ...args, config: { ...args["config"], "batch.size": "many" } };
            await expect(engine.up(wrong)).rejects.toThrow(/batch.size.*: Invalid value many .*Not a number/);
            expect(worker.writes(args).filter((write) => !write.endsWith("/validate"))).toEqual([]);
            expect(await worker.config(args["name"])).toMatchObject({ "batch.size": "7" });
            expect(await worker.states(args["name"])).toEqual(MEMBERS["running"]);
            expect(engine.outputs).toEqual(before);
        },
    );
}

/** Versions before 3.7.1, which do not restart tasks by themselves, and which may find those of a deleted connector. */
export function oldLifecycle(worker: WorkerUnderTest): void {
    it("an update that was killed after its write restarts the tasks, which run with the old config", async () => {
        const { args, changed, engine } = await killedUpdate(worker);
        expect(await engine.up(changed)).toBe("updated");
        const path = `POST /connectors/${args["name"]}`;
        expect(worker.writes(args)).toEqual([`${path}/restart`, `${path}/tasks/0/restart`]);
        expect(await engine.up(changed)).toBe("unchanged");
    });

    it("a name that is used again has its tasks restarted once", async () => {
        const args = worker.sink();
        const engine = worker.engine();
        await engine.up(args);
        await engine.destroy();
        worker.writes(args);
        await engine.up(args);
        const path = `POST /connectors/${args["name"]}`;
        expect(worker.writes(args)).toEqual(["POST /connectors", `${path}/restart`, `${path}/tasks/0/restart`]);
        expect(await worker.states(args["name"])).toEqual(MEMBERS["running"]);
    });
}

/** A changed config that is on the cluster, while the state has the old one. */
async function killedUpdate(worker: WorkerUnderTest) {
    const args = worker.sink();
    const changed = { ...args, config: { ...args["config"], "errors.log.enable": "true" } };
    const engine = worker.engine();
    await engine.up(args);
    await worker.put(args["name"], { ...(await worker.config(args["name"]))!, "errors.log.enable": "true" });
    await worker.untilRunning(args["name"]);
    worker.writes(args);
    return { args, changed, engine };
}
