import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCommand } from "../../support/stack/runCommand";
import { WorkerUnderTest } from "./workerUnderTest";

/** What needs a newer Connect than 2.8, on the newest. */
export function newVersion(worker: WorkerUnderTest): void {
    describe.concurrent("the newest version", () => {
        it.each(["paused", "stopped"])("makes a connector that is %s from its first moment on", async (state) => {
            const args: Record<string, any> = { ...worker.sink(), state };
            const engine = worker.engine();
            await engine.up(args);
            expect(engine.outputs).toMatchObject({ state });
            expect(worker.writes(args)).toEqual(["POST /connectors"]);
            await engine.up({ ...args, state: "running" });
            expect(await worker.states(args["name"])).toEqual(["RUNNING", "RUNNING"]);
        });

        it("restarts what a changed transform needs by itself", async () => {
            const args = worker.sink();
            const engine = worker.engine();
            await engine.up(args);
            worker.writes(args);
            await engine.up({ ...args, config: { ...args["config"], "errors.log.enable": true } });
            expect(worker.writes(args)).toEqual([`PUT /connectors/${args["name"]}/config`]);
            expect(worker.starts(args["name"])).toBe(2);
        });

        it("resets offsets, with the connector stopped for it", async () => {
            const args = worker.source();
            await worker.engine().up(args);
            const state = worker.path("state");
            mkdirSync(state);
            const reset = ["reset", args["name"], "--url", worker.workerUrl, "--yes"];
            const { stdout } = await runCommand("offsets", reset, { XDG_STATE_HOME: state });
            expect(stdout).toContain(args["name"]);
            expect(await worker.states(args["name"])).toEqual(["RUNNING", "RUNNING"]);
        });
    });
}
