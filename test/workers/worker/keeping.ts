import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConnectorProgram, Declaration, ProgramRun } from "../../support/workers/connectorProgram";
import { WorkerUnderTest } from "./workerUnderTest";

/** Declarations by the names of their resources. */
type Declarations = Record<string, Declaration>;

const urn = (resource: string) => `urn:pulumi:test::connectors::pulumi-nodejs:dynamic/cdc:Connector::${resource}`;
const LIMIT_MS = 5 * 60_000;

/** Connectors whose resources change while they do not, by the real engine: it decides what comes before what. */
export function keeping(worker: WorkerUnderTest): void {
    describe("a connector lives on when its resource", () => {
        let program: ConnectorProgram;
        let declared: Declarations;
        let offsets: Record<string, unknown>;
        let failed: ProgramRun;
        let run: ProgramRun;

        const name = (resource: string) => declared[resource]!.name;
        const declare = (all: Declarations) => {
            program.declare(Object.entries(all).map(([resource, args]) => ({ resource, ...args })));
        };
        const args = (more: object = {}): Declaration => {
            return {
                ...(worker.source() as Declaration),
                ...{ onPositionLoss: "startAnew", timeoutSeconds: 60 },
                ...more,
            };
        };
        const reset = (more: object = {}) => args({ onDelete: { offsets: "reset" }, ...more });
        const writes = (resource: string) =>
            worker.writes(declared[resource]!).map((write) => write.replace(`/${name(resource)}`, ""));

        beforeAll(async () => {
            program = await ConnectorProgram.create();
            declared = {
                renamed: reset(),
                moved: reset(),
                halfRenamed: reset(),
                replaced: reset(),
                tainted: reset(),
                createdFirst: reset({ options: { deleteBeforeReplace: false } }),
                relabelled: reset(),
                swapA: args(),
                swapB: args(),
            };
            for (const { config } of Object.values(declared)) {
                // Without a line it has no offsets that could be lost
                writeFileSync(config["file"]!, "line\n");
            }
            declare(declared);
            await program.up();
            const all = Object.keys(declared);
            const found = await Promise.all(
                all.map(async (resource) => [resource, await worker.offsets(name(resource))]),
            );
            offsets = Object.fromEntries(found);
            all.forEach(writes);

            const { renamed, moved, halfRenamed, swapA, swapB, ...same } = declared as Record<string, Declaration>;
            const broken = args({ class: "no.such.Class", checkLive: false });
            declare({ renamed, moved, swapA, swapB, ...same, wasHalfRenamed: halfRenamed, broken } as Declarations);
            failed = await program.run("up", "--yes", "--skip-preview", "--stack", "test");

            await program.run("state", "taint", urn("tainted"), "--yes", "--stack", "test");
            declare({
                wasRenamed: renamed,
                moved: { ...moved, component: "component" },
                wasHalfRenamed: halfRenamed,
                swapA: swapB,
                swapB: swapA,
                ...same,
                relabelled: { ...same["relabelled"], cluster: "another name of the same" },
            } as Declarations);
            run = await program.up("--replace", urn("replaced"), "--replace", urn("createdFirst"));
        }, LIMIT_MS);

        afterAll(() => program?.remove());

        it("is renamed, moved, replaced or tainted, or swaps names with another: all of them run", async () => {
            for (const resource of Object.keys(declared)) await worker.untilRunning(name(resource));

            expect(await program.run("preview", "--expect-no-changes", "--stack", "test")).toMatchObject({ code: 0 });
        });

        it.each(["renamed", "moved", "createdFirst"])("is created before the old one is deleted: %s", (resource) => {
            expect(writes(resource)).toEqual([]);
            const line = `connector "${name(resource)}" is not deleted: another resource of this program owns it now`;
            expect(run.output).toContain(line);
        });

        it("was renamed by an up that failed before it came to delete the old one", () => {
            expect(failed.code).not.toBe(0);
            expect(failed.output).toContain("no.such.Class");
            expect(failed.output).not.toContain("is not deleted");
            expect(run.output).toContain(`connector "${name("halfRenamed")}" is not deleted`);
            expect(writes("halfRenamed")).toEqual([]);
        });

        it.each(["replaced", "tainted", "relabelled"])(
            "is deleted first, and keeps its position: %s",
            async (resource) => {
                expect(writes(resource)).toEqual(["PUT /connectors/stop", "DELETE /connectors", "POST /connectors"]);
                expect(await worker.offsets(name(resource))).toEqual(offsets[resource]);
            },
        );

        it(
            "swaps names with another one, with one operation at a time",
            async () => {
                const { renamed, moved, halfRenamed, ...same } = declared as Record<string, Declaration>;
                declare({
                    wasRenamed: { ...renamed!, resource: "isRenamed", options: { aliases: [{ name: "wasRenamed" }] } },
                    moved: { ...moved!, component: "component" },
                    wasHalfRenamed: halfRenamed!,
                    ...same,
                });
                const { output } = await program.up("--parallel", "1");
                expect(output).not.toMatch(/[+-] \d+ (created|deleted)/);
                for (const resource of Object.keys(declared)) await worker.untilRunning(name(resource));
            },
            LIMIT_MS,
        );

        it(
            "is taken over by another program only with adopt, and belongs to that program from then on",
            async () => {
                const other = await ConnectorProgram.create(undefined, "others");
                try {
                    other.declare([declared["moved"]!]);
                    const refused = await other.run("up", "--yes", "--skip-preview", "--stack", "test");
                    expect(refused.output).toContain(
                        "exists already with the declared config: stack connectors/test owns it",
                    );
                    other.declare([{ ...declared["moved"]!, adopt: "equal" }]);
                    const { output } = await other.up();
                    expect(output).toContain(
                        `connector "${name("moved")}": it existed already with the declared config; this stack manages it now`,
                    );
                    const { renamed, moved, halfRenamed, ...same } = declared as Record<string, Declaration>;
                    declare({
                        isRenamed: renamed!,
                        wasHalfRenamed: halfRenamed!,
                        ...same,
                    });
                    const left = await program.up();
                    expect(left.output).toContain("is not deleted: stack others/test owns it now");
                    expect(writes("moved")).toEqual([]);
                    await other.destroy();
                    expect(await worker.config(name("moved"))).toBeUndefined();
                } finally {
                    other.remove();
                }
            },
            LIMIT_MS,
        );

        it(
            "is not declared twice: that is an error before anything is changed",
            async () => {
                const one = args();
                declare({ one, two: one });
                const twice = await program.run("up", "--yes", "--stack", "test");
                expect(twice.code).not.toBe(0);
                expect(twice.output).toContain(
                    `resources "one" and "two" are the same connector: name "${one.name}" of cluster "test"`,
                );
                expect(worker.writes(one)).toEqual([]);
            },
            LIMIT_MS,
        );

        it(
            "leaves the program: then it is deleted",
            async () => {
                declare({});
                await program.up();
                for (const resource of Object.keys(declared)) {
                    expect(await worker.config(name(resource))).toBeUndefined();
                }
            },
            LIMIT_MS,
        );
    });
}
