import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WorkerUnderTest } from "./workerUnderTest";

export function updating(worker: WorkerUnderTest): void {
    describe.concurrent("update", () => {
        it("writes a changed setting once, and ends when the task runs with it", async () => {
            const args = worker.sink();
            const engine = worker.engine();
            await engine.up(args);
            expect(await engine.up(args)).toBe("unchanged");
            worker.writes(args);

            const file = worker.path("other");
            expect(await engine.up({ ...args, config: { ...args["config"], file } })).toBe("updated");
            expect(existsSync(file)).toBe(true);
            expect(worker.writes(args)).toEqual([`PUT /connectors/${args["name"]}/config`]);
        });

        it("takes a setting out that is no longer declared", async () => {
            const args = worker.source({ "batch.size": "7" });
            const engine = worker.engine();
            await engine.up(args);
            await engine.up({ ...args, config: { file: args["config"].file, topic: "lines" } });
            expect(await worker.config(args["name"])).not.toHaveProperty("batch.size");
        });

        it("writes nothing when only arguments change that Connect does not get", async () => {
            const args = worker.source();
            const engine = worker.engine();
            await engine.up(args);
            worker.writes(args);
            // Nothing listens on the discard port: the next worker answers.
            const restUrls = ["http://127.0.0.1:9", ...args["restUrls"]];
            expect(await engine.up({ ...args, restUrls, minTasks: 0, timeoutSeconds: 100 })).toBe("updated");
            expect(worker.writes(args)).toEqual([]);
            expect(engine.outputs).toMatchObject({ restUrls, state: "running" });
        });

        it("brings a connector from state to state", async () => {
            const args = worker.sink();
            const engine = worker.engine();
            await engine.up(args);
            const seen: unknown[] = [];
            for (const state of ["paused", "stopped", "running"]) {
                await engine.up({ ...args, state });
                seen.push([engine.outputs!["state"], ...(await worker.states(args["name"]))]);
            }
            expect(seen).toEqual([
                ["paused", "PAUSED", "PAUSED"],
                ["stopped", "STOPPED"],
                ["running", "RUNNING", "RUNNING"],
            ]);
        });

        it("waits for minTasks tasks, and for none with 0", async () => {
            // It has one task, whatever tasksMax is
            const args = { ...worker.source(), tasksMax: 2 };
            const engine = worker.engine();
            await engine.up(args);
            await expect(engine.up({ ...args, minTasks: 2, timeoutSeconds: 10 })).rejects.toThrow("after 10 s");
            expect(await engine.up({ ...args, minTasks: 0 })).toBe("updated");
            expect(engine.outputs).toMatchObject({ state: "running", minTasks: 0 });
            expect(await engine.up({ ...args, minTasks: 0 })).toBe("unchanged");
        });

        it("replaces a connector whose name changes", async () => {
            const args = worker.source();
            const engine = worker.engine();
            await engine.up(args);
            const { name } = worker.source();
            expect(await engine.up({ ...args, name, onPositionLoss: "startAnew" })).toBe("replaced");
            expect(await worker.config(args["name"])).toBeUndefined();
            expect(await worker.states(name)).toEqual(["RUNNING", "RUNNING"]);
        });
    });

    describe.concurrent("refresh", () => {
        it("sees what others changed, removed and added, and up mends it", async () => {
            const args = worker.source({ "batch.size": "7" });
            const engine = worker.engine();
            await engine.up(args);
            const { "batch.size": _, ...rest } = (await worker.config(args["name"]))!;
            await worker.put(args["name"], { ...rest, topic: "theirs", "errors.tolerance": "all" });
            await worker.pause(args["name"]);

            await engine.refresh();
            expect(engine.outputs).toMatchObject({
                config: { file: args["config"].file, topic: "theirs", "errors.tolerance": "all" },
                state: "paused",
            });
            expect(engine.outputs!["config"]).not.toHaveProperty("batch.size");

            expect(await engine.up(args)).toBe("updated");
            expect(await worker.config(args["name"])).toEqual({ ...rest, "batch.size": "7", topic: "lines" });
            expect(await worker.states(args["name"])).toEqual(["RUNNING", "RUNNING"]);
        });

        it("changes nothing where nothing changed", async () => {
            const engine = worker.engine();
            const args = worker.source();
            await engine.up(args);
            const before = { ...engine.outputs };
            await engine.refresh();
            expect(engine.outputs).toEqual(before);
            expect(await engine.up(args)).toBe("unchanged");
        });

        it("forgets a connector that was deleted by hand, and up creates it again", async () => {
            const engine = worker.engine();
            const args = worker.source();
            await engine.up(args);
            await worker.delete(args["name"]);
            await engine.refresh();
            expect(engine.outputs).toBeUndefined();
            expect(await engine.up(args)).toBe("created");
        });
    });
}
