import { existsSync, mkdirSync } from "node:fs";
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

        it("fails an update too, and a mended config heals it", async () => {
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

    describe.concurrent("a secret", () => {
        const sinkWithSecret = (name: string, value: string, folder: string): Record<string, any> => {
            worker.writeSecret(name, value);
            const file = `${folder}/\${directory:${worker.secretsFolder}:${name}}`;
            return { ...worker.sink({ file }), secrets: { [name]: value } };
        };

        it("that changes restarts the tasks that use it, without a write of the config", async () => {
            const folder = worker.path("folder");
            mkdirSync(folder);
            const args = sinkWithSecret("rotated", "first-value", folder);
            const engine = worker.engine();
            await engine.up(args);
            worker.writes(args);
            expect(existsSync(join(folder, "first-value"))).toBe(true);

            worker.writeSecret("rotated", "second-value");
            expect(await engine.up({ ...args, secrets: { rotated: "second-value" } })).toBe("updated");
            expect(existsSync(join(folder, "second-value"))).toBe(true);
            const path = `POST /connectors/${args["name"]}`;
            expect(worker.writes(args)).toEqual([`${path}/restart`, `${path}/tasks/0/restart`]);
        });

        it("that the config does not use restarts nothing", async () => {
            const args: Record<string, any> = { ...worker.source(), secrets: { other: "one-value" } };
            const engine = worker.engine();
            await engine.up(args);
            worker.writes(args);
            expect(await engine.up({ ...args, secrets: { other: "another-value" } })).toBe("updated");
            expect(worker.writes(args)).toEqual([]);
        });

        it("is in no error and no output, though Connect's trace has it", async () => {
            const args = sinkWithSecret("shown", "very-secret-value", "/no/such/folder");
            const engine = worker.engine();
            const error: any = await engine.up(args).catch((error: unknown) => error);
            expect(error.message).toContain("Couldn't find or create file '/no/such/folder/[secret]'");
            const { secrets, ...shown } = error.properties;
            expect(secrets).toEqual(args["secrets"]);
            expect(JSON.stringify([error.message, error.reasons, shown])).not.toContain("very-secret-value");
        });
    });
}
