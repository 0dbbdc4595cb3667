import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SINK_CLASS, WorkerUnderTest } from "./workerUnderTest";

/** What holds for every version of Connect: `worker.test.ts` has it at length for this project's own. */
export function everyVersion(worker: WorkerUnderTest): void {
    describe.concurrent("a connector", () => {
        it("is created, taken over, changed, repaired, deleted and created again", async () => {
            const args: Record<string, any> = { ...worker.source({ "batch.size": "7" }), adopt: "equal" };
            const { name } = args;
            const first = worker.engine();
            await first.up(args);
            expect(first.outputs).toMatchObject({ state: "running", tasks: [{ id: 0, state: "running" }] });
            expect(first.outputs).toMatchObject({ type: "source", version: worker.version });

            worker.writes(args);
            const engine = worker.engine();
            await engine.up(args);
            expect(await engine.up(args)).toBe("unchanged");
            expect(worker.writes(args)).toEqual([]);

            expect(await engine.up({ ...args, config: { ...args["config"], "batch.size": "8" } })).toBe("updated");
            expect(await worker.config(name)).toMatchObject({ "batch.size": "8" });

            await worker.put(name, { ...(await worker.config(name))!, topic: "theirs" });
            await worker.pause(name);
            await engine.refresh();
            expect(engine.outputs).toMatchObject({ config: { topic: "theirs" }, state: "paused" });
            expect(await engine.up(args)).toBe("updated");
            expect(await worker.config(name)).toMatchObject({ "batch.size": "7", topic: "lines" });
            expect(await worker.states(name)).toEqual(["RUNNING", "RUNNING"]);

            await engine.destroy();
            expect(await worker.config(name)).toBeUndefined();
            expect(await engine.up(args)).toBe("created");
            expect(await worker.states(name)).toEqual(["RUNNING", "RUNNING"]);
            await worker.delete(name);
            await engine.refresh();
            expect(engine.outputs).toBeUndefined();
        });

        it("whose task fails is reported with the cause, and is repaired by the next up", async () => {
            const folder = worker.path("missing");
            const file = join(folder, "out");
            const args = worker.sink({ file });
            const engine = worker.engine();
            await expect(engine.up(args)).rejects.toThrow(
                /task 0 FAILED on .*: ConnectException: Couldn't find or create file .*; caused by NoSuchFileException/,
            );
            expect(engine.outputs).toMatchObject({ state: "failed", tasks: [{ id: 0, state: "failed" }] });
            mkdirSync(folder);
            expect(await engine.up(args)).toBe("updated");
            expect(existsSync(file)).toBe(true);
            expect(engine.outputs).toMatchObject({ state: "running" });
        });

        it("has its task restarted when only a transform or a converter changes", async () => {
            const args = worker.sink();
            const engine = worker.engine();
            await engine.up(args);
            worker.writes(args);
            expect(worker.starts(args["name"])).toBe(1);
            const transform = {
                transforms: "wrap",
                "transforms.wrap.type": "org.apache.kafka.connect.transforms.HoistField$Value",
                "transforms.wrap.field": "line",
            };
            await engine.up({ ...args, config: { ...args["config"], ...transform } });
            expect(worker.starts(args["name"])).toBe(2);
            const converter = { "value.converter": "org.apache.kafka.connect.json.JsonConverter" };
            await engine.up({ ...args, config: { ...args["config"], ...transform, ...converter } });
            expect(worker.starts(args["name"])).toBe(3);
        });

        it("that is invalid is refused with each invalid key, or the nearest class, and leaves nothing behind", async () => {
            const args = worker.source({ topic: "", "batch.size": "many" });
            await expect(worker.engine().up(args)).rejects.toThrow(/batch.size.*: Invalid value many .*Not a number/);
            const unknown = { ...worker.sink(), class: SINK_CLASS.replace("Stream", "Steam") };
            await expect(worker.engine().up(unknown)).rejects.toThrow(`Nearest class there: ${SINK_CLASS}.`);
            expect(await worker.config(args["name"])).toBeUndefined();
        });

        it("whose secret is rotated has its task restarted", async () => {
            const folder = worker.path("folder");
            mkdirSync(folder);
            const secret = `rotated-${worker.version}`;
            worker.writeSecret(secret, "first-value");
            const file = `${folder}/\${directory:${worker.secretsFolder}:${secret}}`;
            const args: Record<string, any> = { ...worker.sink({ file }), secrets: { [secret]: "first-value" } };
            const engine = worker.engine();
            await engine.up(args);
            worker.writeSecret(secret, "second-value");
            await engine.up({ ...args, secrets: { [secret]: "second-value" } });
            expect(existsSync(join(folder, "second-value"))).toBe(true);
        });
    });
}
