import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand } from "../../support/stack/runCommand";
import { oldLifecycle } from "./lifecycle";
import { WorkerUnderTest } from "./workerUnderTest";

/** What Connect 2.8 cannot, and what is done instead. */
export function oldVersion(worker: WorkerUnderTest): void {
    oldLifecycle(worker);
    describe.concurrent("a version before 3.0", () => {
        it("cannot stop a connector: reported before anything is written", async () => {
            const args: Record<string, any> = { ...worker.source(), state: "stopped" };
            const engine = worker.engine();
            await expect(engine.up(args)).rejects.toThrow("the state stopped needs Kafka Connect 3.5 or newer");
            expect(worker.writes(args)).toEqual([]);
            expect(engine.outputs).toBeUndefined();
        });

        it("cannot rename a connector: reported at preview, with the alternative", async () => {
            for (const [args, remedy] of [
                [worker.source(), "the resource may have another name"],
                [worker.sink(), 'set config["consumer.override.group.id"] to "connect-'],
            ] as const) {
                const engine = worker.engine();
                await engine.up(args);
                worker.writes(args);
                const renamed = { ...args, name: `${args["name"]}-new`, renamedFrom: args["name"] };
                await expect(engine.up(renamed)).rejects.toThrow("needs Kafka Connect 3.7 or newer");
                await expect(engine.up(renamed)).rejects.toThrow(remedy);
                expect(worker.writes(args)).toEqual([]);
            }
        });

        it("creates a connector running, and pauses it at once", async () => {
            const args: Record<string, any> = { ...worker.sink(), state: "paused" };
            const engine = worker.engine();
            await engine.up(args);
            expect(engine.outputs).toMatchObject({ state: "paused" });
            expect(worker.writes(args)).toEqual(["POST /connectors", `PUT /connectors/${args["name"]}/pause`]);
        });

        it("restarts connector and tasks one by one", async () => {
            const file = `${worker.path("missing")}/out`;
            const args = worker.sink({ file });
            const engine = worker.engine();
            const path = `POST /connectors/${args["name"]}`;
            await expect(engine.up(args)).rejects.toThrow("FAILED");
            const restart = `${path}/tasks/0/restart`;
            expect(worker.writes(args)).toEqual(["POST /connectors", restart, restart]);

            mkdirSync(dirname(file));
            await engine.up(args);
            worker.writes(args);
            await engine.up({ ...args, config: { ...args["config"], "errors.log.enable": true } });
            expect(worker.writes(args)).toEqual([
                `PUT /connectors/${args["name"]}/config`,
                `${path}/restart`,
                `${path}/tasks/0/restart`,
            ]);
        });

        it("has no offsets in its API: the command reports which version has", async () => {
            const args = worker.source();
            await worker.engine().up(args);
            const list = runCommand("offsets", ["list", args["name"], "--url", worker.workerUrl]);
            await expect(list).rejects.toThrow(/needs Kafka Connect 3\.5 or newer/);
        });
    });
}
