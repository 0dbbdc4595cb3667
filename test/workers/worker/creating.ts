import { describe, expect, it } from "vitest";
import { SINK_CLASS, SOURCE_CLASS, WorkerUnderTest } from "./workerUnderTest";

export function creating(worker: WorkerUnderTest): void {
    describe.concurrent("create", () => {
        it("ends with the connector and its task running, and has its outputs", async () => {
            const args = worker.source({ "batch.size": 10 });
            const engine = worker.engine();
            await engine.up(args);
            expect(engine.outputs).toEqual({
                ...args,
                config: { ...args["config"], "batch.size": "10" },
                secrets: {},
                tasksMax: 1,
                minTasks: 1,
                adopt: false,
                stack: expect.any(String),
                claim: expect.any(String),
                timeoutSeconds: 300,
                state: "running",
                tasks: [{ id: 0, state: "running" }],
                type: "source",
                version: "3.9.2",
                topics: [],
                kafkaClusterId: expect.any(String),
                serverKeys: [],
            });
            expect(await worker.config(args["name"])).toEqual({
                ...args["config"],
                "batch.size": "10",
                name: args["name"],
                "connector.class": SOURCE_CLASS,
                "tasks.max": "1",
            });
            expect(await worker.states(args["name"])).toEqual(["RUNNING", "RUNNING"]);
        });

        it.each(["paused", "stopped"])("makes a connector that is %s from its first moment on", async (state) => {
            const args: Record<string, any> = { ...worker.sink(), state };
            const engine = worker.engine();
            await engine.up(args);
            expect(engine.outputs!["state"]).toBe(state);
            expect(worker.writes(args)).toEqual(["POST /connectors"]);
        });

        it("takes over an equal connector with adopt: equal, without a write", async () => {
            const args = worker.source({ "batch.size": "7" });
            const before = worker.engine();
            await before.up(args);
            worker.writes(args);
            const engine = worker.engine();
            await expect(engine.up(args)).rejects.toThrow(
                /exists already with the declared config: stack test\/\S+ owns it\. Set adopt: "equal" to take it over/,
            );
            expect(engine.outputs).toBeUndefined();
            await engine.up({ ...args, adopt: "equal" });
            const { stack, claim, adopt, ...outputs } = before.outputs!;
            expect(engine.outputs).toMatchObject(outputs);
            expect(engine.outputs!["claim"]).not.toBe(claim);
            await before.destroy();
            expect(worker.writes(args)).toEqual([]);
            await engine.destroy();
            expect(await worker.config(args["name"])).toBeUndefined();
        });

        it("imports a connector that is as declared, and no other", async () => {
            const args: Record<string, any> = { ...worker.source(), adopt: "import" };
            const engine = worker.engine();
            await expect(engine.up(args)).rejects.toThrow(/" not found on .* remove the option import to create/);
            await worker.put(args["name"], { ...args["config"], "connector.class": args["class"], topic: "theirs" });
            await worker.untilRunning(args["name"]);
            await worker.pause(args["name"]);
            await expect(engine.up(args)).rejects.toThrow("exists already and differs in topic, state.");
            const config = { ...args["config"], topic: "theirs" };
            await engine.up({ ...args, config, state: "paused" });
            expect(worker.writes(args)).toEqual([]);
            await worker.delete(args["name"]);
            await engine.up({ ...args, config });
            expect(worker.writes(args)).toEqual(["POST /connectors"]);
        });

        it("refuses to touch a different connector of that name, and names what differs", async () => {
            const theirs = worker.source({ "batch.size": "7", topic: "theirs" });
            await worker.engine().up(theirs);
            const engine = worker.engine();
            const ours = { ...theirs, config: { file: theirs["config"].file, topic: "ours" } };
            await expect(engine.up(ours)).rejects.toThrow(
                `connector "${theirs["name"]}" exists already and differs in batch.size, topic. Set adopt: true`,
            );
            expect(engine.outputs).toBeUndefined();
            expect((await worker.config(theirs["name"]))!["topic"]).toBe("theirs");
        });

        it("takes over a different one with adopt: true", async () => {
            const theirs = worker.source({ "batch.size": "7", topic: "theirs" });
            await worker.engine().up(theirs);
            worker.writes(theirs);
            const ours = { ...theirs, adopt: true, config: { file: theirs["config"].file, topic: "ours" } };
            await worker.engine().up(ours);
            expect(worker.writes(theirs)).toEqual([`PUT /connectors/${theirs["name"]}/config`]);
            const config = (await worker.config(theirs["name"]))!;
            expect([config["topic"], config["batch.size"]]).toEqual(["ours", undefined]);
        });

        it("reports the problems of a config by key, and leaves nothing behind", async () => {
            const args = worker.source({ topic: "", "batch.size": "many" });
            const engine = worker.engine();
            await expect(engine.up(args)).rejects.toThrow(/batch\.size.*: Invalid value many .*Not a number/);
            expect(engine.outputs).toBeUndefined();
            expect(await worker.config(args["name"])).toBeUndefined();
        });

        it("names the nearest class when no worker has the wanted one", async () => {
            const args = { ...worker.sink(), class: SINK_CLASS.replace("Stream", "Steam") };
            await expect(worker.engine().up(args)).rejects.toThrow(
                `has no plugin with connector class ${args.class}. Nearest class there: ${SINK_CLASS}.`,
            );
        });
    });
}
