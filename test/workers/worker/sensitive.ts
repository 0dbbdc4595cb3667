import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConnectorProgram, Declaration } from "../../support/workers/connectorProgram";
import { WorkerUnderTest } from "./workerUnderTest";

const LIMIT_MS = 3 * 60_000;

/** Settings whose values are secrets. */
export function sensitive(worker: WorkerUnderTest): void {
    describe("sensitiveConfig", () => {
        let program: ConnectorProgram;
        let args: Declaration;
        const shown: string[] = [];
        /** A path is the secret: that the task has got it can be seen. */
        const secret = () => worker.path(`hunter-${randomUUID()}`);
        const declare = (file: string, more: object = {}) => {
            args = { ...args, ...more, sensitiveConfig: { file } } as Declaration;
            program.declare([args]);
        };
        const run = async (...command: string[]) => {
            const { code, output } = await program.run(...command, "--stack", "test");
            shown.push(output);
            return { code, output };
        };
        const up = (...flags: string[]) => run("up", "--yes", "--skip-preview", "--diff", ...flags);

        beforeAll(async () => {
            program = await ConnectorProgram.create();
            const { config, ...rest } = worker.sink() as Declaration;
            args = { ...rest, timeoutSeconds: 60, config: { topics: config["topics"]! } } as Declaration;
        });
        afterAll(() => program?.remove());

        it(
            "is written when it changes here, whatever the server shows; no message and no state has it as plain text",
            async () => {
                const [first, second, broken] = [secret(), secret(), `${secret()}/file`] as const;
                declare(first);
                expect(await up()).toMatchObject({ code: 0 });
                expect(existsSync(first)).toBe(true);
                expect(worker.writes(args)).toEqual(["POST /connectors"]);

                await worker.put(args.name, { ...(await worker.config(args.name))!, file: "/tmp/[hidden]" });
                await worker.untilRunning(args.name);
                const refreshed = await run("preview", "--refresh", "--expect-no-changes", "--diff");
                expect(refreshed).toMatchObject({ code: 0 });

                declare(broken);
                expect((await up()).output).toMatch(/FAILED on .*Couldn't find or create file/);
                declare(second);
                expect(await up("--refresh")).toMatchObject({ code: 0 });
                expect(await worker.config(args.name)).toMatchObject({ file: second });
                expect(worker.writes(args)).toContain(`PUT /connectors/${args.name}/config`);

                await run("stack", "export");
                await program.destroy();
                expect(shown.join("\n")).not.toContain("hunter-");
            },
            LIMIT_MS,
        );

        it("in a connector that exists already is written only with adopt: true", async () => {
            const theirs = worker.sink();
            await worker.engine().up(theirs);
            worker.writes(theirs);
            const { file, ...config } = theirs["config"];
            const ours = { ...theirs, config, sensitiveConfig: { file: secret() } };
            await worker.engine().up({ ...ours, adopt: "equal" });
            expect(worker.writes(theirs)).toEqual([]);
            expect(await worker.config(theirs["name"])).toMatchObject({ file });
            await worker.engine().up({ ...ours, adopt: true });
            expect(await worker.config(theirs["name"])).toMatchObject(ours.sensitiveConfig);
        });
    });

    it("what Connect reads for a reference is in no error, also where its value is not given", async () => {
        worker.writeSecret("not-a-number", "hunter-in-a-file");
        const size = `\${directory:${worker.secretsFolder}:not-a-number}`;
        const args = worker.source({ "batch.size": size });
        const error: Error = await worker
            .engine()
            .up(args)
            .then(
                () => expect.fail("it was taken"),
                (error: Error) => error,
            );
        expect(error.message).toMatch(/batch.size: Invalid value \[\w+\] for configuration/);
        expect(error.message).not.toContain("hunter");
    });
}
