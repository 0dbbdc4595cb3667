import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WorkerUnderTest } from "./workerUnderTest";

export function failing(worker: WorkerUnderTest): void {
    describe.concurrent("a task that fails", () => {
        it("fails the up with its cause after two restarts, stays in the state, and heals with the next up", async () => {
            const folder = worker.path("missing");
            const file = join(folder, "out");
            const args = worker.sink({ file });
            const engine = worker.engine();
            await expect(engine.up(args)).rejects.toThrow(
                `connector "${args["name"]}": task 0 FAILED on ${new URL(worker.workerUrl).host}: ConnectException: ` +
                    `Couldn't find or create file '${file}' for FileStreamSinkTask; caused by NoSuchFileException: ${file}`,
            );
            const restart = `POST /connectors/${args["name"]}/restart?includeTasks=true&onlyFailed=true`;
            expect(worker.writes(args)).toEqual(["POST /connectors", restart, restart]);
            expect(engine.outputs).toMatchObject({ state: "failed", tasks: [{ id: 0, state: "failed" }] });

            mkdirSync(folder);
            expect(await engine.up(args)).toBe("updated");
            expect(worker.writes(args)).toEqual([restart]);
            expect(engine.outputs).toMatchObject({ state: "running", tasks: [{ id: 0, state: "running" }] });
        });

        it("fails an update too, and a corrected config repairs it", async () => {
            const args = worker.sink();
            const engine = worker.engine();
            await engine.up(args);
            const file = join(worker.path("missing"), "out");
            await expect(engine.up({ ...args, config: { ...args["config"], file } })).rejects.toThrow(
                "Couldn't find or create file",
            );
            expect(engine.outputs).toMatchObject({ state: "failed", config: { file } });
            expect(await engine.up(args)).toBe("updated");
            expect(await worker.states(args["name"])).toEqual(["RUNNING", "RUNNING"]);
        });
    });
}
