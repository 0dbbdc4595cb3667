import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConnectorProgram, Declaration, ProgramRun } from "../../support/workers/connectorProgram";
import { WorkerUnderTest } from "./workerUnderTest";

const LIMIT_MS = 5 * 60_000;
const urn = (resource: string) => `urn:pulumi:test::operations::pulumi-nodejs:dynamic/cdc:Connector::${resource}`;

/** The effect of Pulumi's options and commands on connectors, by the real engine. Each test continues where the previous one ends. */
export function operating(worker: WorkerUnderTest): void {
    describe("by Pulumi's options and commands a connector", () => {
        let program: ConnectorProgram;
        let declared: Record<string, Declaration>;

        const name = (resource: string) => declared[resource]!.name;
        const config = async (resource: string) => worker.config(name(resource));
        const declare = (all: Record<string, Declaration>) => {
            program.declare(Object.entries(all).map(([resource, args]) => ({ resource, ...args })));
        };
        const change = (resource: string, more: object) => {
            declared[resource] = { ...declared[resource]!, ...more };
            declare(declared);
        };
        const setting = (resource: string, more: object) =>
            change(resource, { config: { ...declared[resource]!.config, ...more } });
        const args = (more: object = {}): Declaration => ({
            ...(worker.source() as Declaration),
            ...{ onPositionLoss: "startAnew", timeoutSeconds: 60 },
            ...more,
        });
        /** Requests that changed something, by resource. */
        const writes = () =>
            Object.fromEntries(
                Object.entries(declared).flatMap(([resource, one]) => {
                    const found = worker.writes(one).filter((write) => !write.endsWith("/validate"));
                    const short = found.map((write) => write.replace(`/${one.name}`, ""));
                    return short.length > 0 ? [[resource, short]] : [];
                }),
            );
        const fails = async (...flags: string[]): Promise<ProgramRun> => {
            const run = await program.run("up", "--yes", "--skip-preview", "--stack", "test", ...flags);
            expect(run.code).not.toBe(0);
            return run;
        };

        beforeAll(async () => {
            program = await ConnectorProgram.create(undefined, "operations");
            declared = {
                guarded: args({ options: { protect: true } }),
                kept: args({ options: { retainOnDelete: true } }),
                deaf: args({ options: { ignoreChanges: ["config"] } }),
                base: args(),
                follower: args({ replaceWith: ["base"] }),
                imported: args(),
            };
            const { class: connectorClass, config: theirs } = declared["imported"]!;
            await worker.put(name("imported"), { ...theirs, "connector.class": connectorClass });
            await worker.untilRunning(name("imported"));
            change("imported", { options: { import: name("imported") } });
            declare(declared);
        }, LIMIT_MS);

        afterAll(() => program?.remove());

        it(
            "that exists is imported by the option, without a write",
            async () => {
                await program.up();
                const { imported, ...created } = writes();
                expect(imported).toBeUndefined();
                expect(Object.keys(created)).toHaveLength(5);
                change("imported", { options: {} });
            },
            LIMIT_MS,
        );

        it(
            "is updated alone by --target, and not at all where its changes are ignored",
            async () => {
                setting("deaf", { topic: "ignored" });
                setting("base", { topic: "changed" });
                setting("follower", { topic: "changed" });
                await program.up("--target", urn("base"), "--target", urn("deaf"));
                expect(writes()).toEqual({ base: ["PUT /connectors/config"] });
            },
            LIMIT_MS,
        );

        it(
            "is repaired by up --refresh, unless that is ignored",
            async () => {
                for (const resource of ["deaf", "base"]) {
                    await worker.put(name(resource), { ...(await config(resource))!, topic: "theirs" });
                }

                await worker.stop(name("imported"));
                await program.up("--refresh");
                expect(writes()).toEqual({
                    base: ["PUT /connectors/config"],
                    follower: ["PUT /connectors/config"],
                    imported: ["PUT /connectors/resume"],
                });
                expect((await config("deaf"))!["topic"]).toBe("theirs");
            },
            LIMIT_MS,
        );

        it(
            "that leaves the program lives on by retainOnDelete, and one that is replaced takes along those of replaceWith",
            async () => {
                const { kept, ...others } = declared;
                declare(others);
                await program.up("--replace", urn("base"));
                const all = ["PUT /connectors/stop", "DELETE /connectors", "POST /connectors"];
                expect(writes()).toEqual({ base: all, follower: all });
                expect(await worker.states(kept!.name)).toEqual(["RUNNING", "RUNNING"]);
                declared["kept"] = { ...kept!, adopt: "equal" };
            },
            LIMIT_MS,
        );

        it(
            "is not deleted while it is protected",
            async () => {
                const { guarded, ...others } = declared;
                declare(others);
                expect((await fails()).output).toContain("protected");
                declared = { ...others, guarded: { ...guarded!, options: {} } };
                declare(declared);
                await program.up();
                expect(writes()).toEqual({});
            },
            LIMIT_MS,
        );

        it(
            "whose creation was killed is taken over by the next up, though a refresh has forgotten it",
            async () => {
                change("killed", args());
                const posts: string[] = [];
                await program.upUntilKilled(() => {
                    posts.push(...worker.writes(declared["killed"]!).filter((write) => !write.endsWith("/validate")));
                    return posts.length > 0;
                });
                const pending = async () => {
                    const { output } = await program.run("stack", "export", "--stack", "test");
                    return JSON.parse(output).deployment.pending_operations;
                };
                expect(await pending()).toMatchObject([{ resource: { urn: urn("killed") }, type: "creating" }]);
                const imported = [
                    "--import-pending-creates",
                    urn("killed"),
                    "--import-pending-creates",
                    name("killed"),
                ];
                await program.refresh(...imported);
                expect(await pending()).toBeUndefined();
                await program.up();
                await worker.untilRunning(name("killed"));
                expect([...posts, ...(writes()["killed"] ?? [])]).toEqual(["POST /connectors"]);
            },
            LIMIT_MS,
        );

        it(
            "is not imported by the command: Pulumi does not call the provider",
            async () => {
                const theirs = args();
                const type = "pulumi-nodejs:dynamic/cdc:Connector";
                const run = await program.run("import", type, "theirs", theirs.name, "--yes", "--stack", "test");
                expect(run.code).not.toBe(0);
                expect(run.output).toContain("reading 'toJavaScript'");
            },
            LIMIT_MS,
        );

        it(
            "is deleted with the stack, unless it is retained",
            async () => {
                await program.destroy();
                const { kept, ...others } = declared;
                for (const resource of Object.keys(others)) expect(await config(resource)).toBeUndefined();

                expect(await worker.states(kept!.name)).toEqual(["RUNNING", "RUNNING"]);
                await worker.delete(kept!.name);
            },
            LIMIT_MS,
        );
    });
}
