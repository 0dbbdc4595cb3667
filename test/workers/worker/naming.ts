import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { WorkerUnderTest } from "./workerUnderTest";

/** Names of connectors of more than letters and digits. */
export function naming(worker: WorkerUnderTest): void {
    describe.concurrent("a connector's name", () => {
        const named = (name: string): Record<string, any> => {
            const unique = `${name} ${randomUUID().slice(0, 8)}`;
            return { ...worker.source(), name: unique, restUrls: [worker.workerUrl] };
        };

        it.each(["two words", "...", "ünï-名", "a+b?c#d&e=f:g@h", '"quoted"'])("may be %j", async (name) => {
            const args = named(name);
            const engine = worker.engine();
            await engine.up(args);
            const config = { ...args["config"], topic: "others" };
            expect(await engine.up({ ...args, config })).toBe("updated");
            await engine.refresh();
            expect(engine.outputs).toMatchObject({ name: args["name"], config, state: "running" });
            await engine.destroy();
            expect(await worker.names()).not.toContain(args["name"]);
        });

        it.each(["100%", "a\\b"])("may be %j below 4.0, and is refused before it is created above", async (name) => {
            const args = named(name);
            const engine = worker.engine();
            if (worker.version.startsWith("4.")) {
                await expect(engine.up(args)).rejects.toThrow("workers from 4.0 on answer % and \\ in a URL with 400");
            } else {
                await engine.up(args);
                await engine.destroy();
            }
            expect(await worker.names()).not.toContain(args["name"]);
        });

        it.each(["a/b", "a;b", "{x}", "a%41b"])("is refused before it is created: %j", async (name) => {
            const args = named(name);
            await expect(worker.engine().up(args)).rejects.toThrow("are lost between workers");
            expect(await worker.names()).not.toContain(args["name"]);
        });
    });
}
