import { describe, expect, it } from "vitest";
import { WorkerUnderTest } from "./workerUnderTest";

export function deleting(worker: WorkerUnderTest): void {
    describe.concurrent("delete", () => {
        it("ends when the connector and the status of its tasks are gone", async () => {
            const args = worker.source();
            const engine = worker.engine();
            await engine.up(args);
            await engine.destroy();
            expect(await worker.config(args["name"])).toBeUndefined();
            expect(await worker.states(args["name"])).toEqual([]);
        });

        it("accepts a connector that another user has deleted", async () => {
            const args = worker.source();
            const engine = worker.engine();
            await engine.up(args);
            await worker.delete(args["name"]);
            await engine.destroy();
            expect(engine.outputs).toBeUndefined();
        });
    });
}
