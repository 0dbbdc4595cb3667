import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConnectorProgram, Declaration } from "../../support/workers/connectorProgram";
import { WorkerUnderTest } from "./workerUnderTest";

const LIMIT_MS = 5 * 60_000;

/** What a refresh puts into the state, and what the engine makes of it in the next `up`. */
export function refreshing(worker: WorkerUnderTest): void {
    describe("after a refresh by the real engine", () => {
        let program: ConnectorProgram;
        let declared: Record<"ignoredState" | "ignoredConfig" | "drifted" | "refused", Declaration>;
        const declare = (changed: Partial<typeof declared> = {}) => {
            const all = Object.entries({ ...declared, ...changed });
            program.declare(all.map(([resource, args]) => ({ resource, ...args })));
        };
        const writes = ({ name }: Declaration) =>
            worker.writes({ name }).map((write) => write.replace(`/connectors/${name}`, ""));

        beforeAll(async () => {
            program = await ConnectorProgram.create();
            const sinkFolder = worker.path("folder");
            mkdirSync(sinkFolder);
            const password = `\${directory:${worker.secretsFolder}:no-such-secret}`;
            const group = { "consumer.override.group.id": `group-${worker.sink()["name"]}` };
            const arg = (given: Record<string, unknown>, more: object) =>
                ({ ...given, timeoutSeconds: 60, ...more }) as unknown as Declaration;
            declared = {
                ignoredState: arg(worker.sink({ file: join(sinkFolder, "out") }), {
                    options: { ignoreChanges: ["state"] },
                }),
                ignoredConfig: arg(worker.source({ "their.password": password }), {
                    options: { ignoreChanges: ["config"] },
                }),
                drifted: arg(worker.sink({ ...group, constructor: "a" }), {}),
                refused: arg(worker.source(), {}),
            };
            declare();
            await program.up();
            Object.values(declared).forEach(writes);
        }, LIMIT_MS);

        afterAll(() => program?.remove());

        it(
            "other users' changes are undone, or kept where they are ignored",
            async () => {
                const { ignoredState, ignoredConfig, drifted } = declared;
                rmSync(folderOf(ignoredState), { recursive: true });
                await worker.failTask(ignoredState.name);
                const put = async ({ name }: Declaration, config: Record<string, string>) =>
                    worker.put(name, { ...(await worker.config(name))!, ...config });
                await put(ignoredConfig, { "their.password": "rotated-by-them-22" });
                await put(drifted, { "consumer.override.group.id": "theirs" });
                const { output } = await program.refresh();
                expect(output).not.toContain("rotated-by-them-22");

                mkdirSync(folderOf(ignoredState));
                declare({ ignoredConfig: { ...ignoredConfig, tasksMax: 2 } as Declaration });
                await program.up();
                expect(writes(ignoredState)).toEqual(["POST /restart?includeTasks=true&onlyFailed=true"]);
                await worker.untilRunning(ignoredState.name);
                expect(writes(drifted)).toEqual(["PUT /config"]);
                expect(await worker.config(drifted.name)).toMatchObject(drifted.config);
                expect(writes(ignoredConfig)).toEqual(["PUT /config"]);
                expect(await worker.config(ignoredConfig.name)).toMatchObject({
                    "tasks.max": "2",
                    "their.password": "rotated-by-them-22",
                });
                await program.refresh("--expect-no-changes");
                const exported = await program.run("stack", "export", "--stack", "test");
                expect(exported.output).not.toContain("rotated-by-them-22");
            },
            LIMIT_MS,
        );

        it(
            "a connector whose new config is refused does not change, and neither does the state",
            async () => {
                const { refused } = declared;
                const config = { ...refused.config, "batch.size": "many" };
                declare({ refused: { ...refused, config, state: "paused", checkLive: false } as Declaration });
                const { code, output } = await program.run("up", "--yes", "--skip-preview", "--stack", "test");
                expect(code).not.toBe(0);
                expect(output).toContain(`Connect refuses the config of connector "${refused.name}"`);
                expect(writes(refused)).toEqual([]);
                expect(await worker.states(refused.name)).toEqual(["RUNNING", "RUNNING"]);
                declare();
                const { output: reverted } = await program.up();
                expect(reverted).not.toContain("refused");
                await program.destroy();
            },
            LIMIT_MS,
        );
    });
}

function folderOf({ config }: Declaration): string {
    return join(config["file"]!, "..");
}
