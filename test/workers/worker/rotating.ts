import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WorkerUnderTest } from "./workerUnderTest";

/** A secret's reference in a config, and how the worker gets another value. */
interface SecretPlace {
    reference: string;
    write(value: string): void;
}

export function rotating(worker: WorkerUnderTest): void {
    const inFolder = (name: string): SecretPlace => ({
        reference: `\${directory:${worker.secretsFolder}:${name}}`,
        write: (value) => worker.writeSecret(name, value),
    });
    const inFile = (name: string): SecretPlace => ({
        reference: `\${file:${worker.secretsFolder}/${name}.properties:${name}}`,
        write: (value) => worker.writeSecret(`${name}.properties`, `other=x\n${name}=${value}\n`),
    });

    /** A sink that makes a file of the secret's name when its task starts: it exists when the task has read the value. */
    const using = (name: string, place: SecretPlace, folder = worker.path("folder")) => {
        mkdirSync(folder, { recursive: true });
        const args = worker.sink({ file: `${folder}/${place.reference}.out` });
        return {
            args,
            engine: worker.engine(),
            with: (value: string, more: Record<string, unknown> = {}): Record<string, any> => ({
                ...args,
                secrets: { [name]: value, unused: `${value}-too` },
                ...more,
            }),
            hasRead: (value: string) => existsSync(join(folder, `${value}.out`)),
            writes: () => worker.writes(args).map((write) => write.replace(`/connectors/${args["name"]}`, "")),
            starts: () => worker.starts(args["name"]),
        };
    };

    describe.concurrent("a secret", () => {
        it("that changes restarts the tasks of each connector that uses it, and of no other", async () => {
            const place = inFolder("shared");
            place.write("first");
            const users = [using("shared", place), using("shared", place)];
            const [one, two] = users;
            const other = using("shared", inFolder("its-own"));
            worker.writeSecret("its-own", "constant");
            const all = [...users, other];
            for (const { engine, with: args } of all) await engine.up(args("first"));
            all.forEach(({ writes }) => writes());

            place.write("second");
            const steps = await Promise.all(all.map(({ engine, with: args }) => engine.up(args("second"))));
            expect(steps).toEqual(["updated", "updated", "updated"]);
            expect([one!.hasRead("second"), two!.hasRead("second")]).toEqual([true, true]);
            expect(all.map(({ writes }) => writes())).toEqual([RESTART, RESTART, []]);
            // A connector that is restarted may find its tasks' configs changed, and start them again.
            expect(all.map(({ starts }) => starts() > 1)).toEqual([true, true, false]);
        });

        it("in a properties file is read again, too", async () => {
            const place = inFile("in-file");
            place.write("first");
            const { engine, with: args, writes, hasRead } = using("in-file", place);
            await engine.up(args("first"));
            writes();
            place.write("second");
            await engine.up(args("second"));
            expect(hasRead("second")).toBe(true);
            expect(writes()).toEqual(RESTART);
        });

        it("that changes together with the config is read at the one restart that this takes", async () => {
            const place = inFolder("with-config");
            place.write("first");
            const { args: plain, engine, with: args, writes, hasRead } = using("with-config", place);
            await engine.up(args("first"));
            writes();
            place.write("second");
            await engine.up(args("second", { config: { ...plain["config"], "errors.log.enable": true } }));
            expect(hasRead("second")).toBe(true);
            expect(writes()).toEqual(["PUT /config"]);
        });

        it("that changes while the connector is paused is read when it resumes", async () => {
            const place = inFolder("paused");
            place.write("first");
            const { engine, with: args, writes, hasRead } = using("paused", place);
            await engine.up(args("first"));
            await engine.up(args("first", { state: "paused" }));
            writes();
            place.write("second");
            await engine.up(args("second", { state: "paused" }));
            expect(engine.outputs).toMatchObject({ state: "paused", tasks: [{ id: 0, state: "paused" }] });
            expect(writes()).toEqual(RESTART);
            await engine.up(args("second"));
            expect(writes()).toEqual(["PUT /resume"]);
            expect(hasRead("second")).toBe(true);
        });

        it("that changes while the connector is stopped is read when it starts", async () => {
            const place = inFolder("stopped");
            place.write("first");
            const { engine, with: args, writes, hasRead } = using("stopped", place);
            await engine.up(args("first"));
            await engine.up(args("first", { state: "stopped" }));
            writes();
            place.write("second");
            await engine.up(args("second", { state: "stopped" }));
            expect(writes()).toEqual([]);
            await engine.up(args("second"));
            expect(writes()).toEqual(["PUT /resume"]);
            expect(hasRead("second")).toBe(true);
        });

        it.each(["second", "first"])(
            "that could not be read is read by the next up, which has the %s",
            async (last) => {
                const name = `half-way-${last}`;
                const place = inFolder(name);
                place.write("first");
                const { engine, with: args, writes, hasRead, starts } = using(name, place);
                await engine.up(args("first"));
                // A folder that does not exist: the task fails.
                place.write("missing/second");
                await expect(engine.up(args("missing/second"))).rejects.toThrow("Couldn't find or create file");
                expect(engine.outputs).toMatchObject({ state: "failed", restartDue: true });
                writes();
                const before = starts();

                place.write(last);
                await engine.refresh();
                expect(await engine.up(args(last))).toBe("updated");
                expect(writes()).toEqual(RESTART);
                expect(starts()).toBeGreaterThan(before);
                expect(hasRead(last)).toBe(true);
                expect(await engine.up(args(last))).toBe("unchanged");
            },
        );

        it("is in no error and no output, though Connect's trace has it", async () => {
            const place = inFolder("shown");
            place.write("missing/very-secret-value");
            const { engine, with: args } = using("shown", place);
            const error: any = await engine.up(args("missing/very-secret-value")).catch((error: unknown) => error);
            expect(error.message).toMatch(/Couldn't find or create file '\S+\/\[secret\]\.out'/);
            const { secrets, ...shown } = error.properties;
            expect(secrets).toEqual(args("missing/very-secret-value")["secrets"]);
            expect(JSON.stringify([error.message, error.reasons, shown])).not.toContain("very-secret-value");
        });
    });
}

const RESTART = ["POST /restart", "POST /tasks/0/restart"];
