import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readOffsetsFile } from "../../packages/connector/src/position/offsetsFile";
import { dropFromDatabase } from "../../packages/connector/src/postgres/replicationSlot";
import { PROJECT } from "../../tools/project";
import type { Customer } from "../support/rows/rows";
import { Pipeline } from "../support/stack/pipeline";
import { SecondSource } from "../support/stack/secondSource";
import { sharedStack } from "../support/stack/sharedStack";
import { ConnectorProgram } from "../support/workers/connectorProgram";
import { Engine } from "../support/workers/engine";
import { FakeConnect } from "../support/workers/fakeConnect";

const CLEANUP_PROGRAM = `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SlotCleanup } from "@connect-cdc/connector";

new SlotCleanup("cleanup", JSON.parse(readFileSync(join(__dirname, "cleanup.json"), "utf8")));
`;

// One source after the other, under two names; each test begins with what the one before has left.
const stack = sharedStack();
const engine = new Engine();
let source: SecondSource;
let lines: string[] = [];

beforeAll(async () => {
    vi.stubEnv("XDG_STATE_HOME", join(stack.handle.folder, "deletion"));
    vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
    source = await SecondSource.open(await stack.outputs());
});

afterAll(async () => {
    if (engine.outputs) await engine.destroy();
    await source?.close();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
});

async function untilEvents(wanted: string[]): Promise<void> {
    await vi.waitFor(async () => expect(await source.events()).toEqual(wanted), { timeout: 60_000, interval: 500 });
}

async function offsets(...args: string[]): Promise<string> {
    const { stdout, stderr } = await stack.npmRun("offsets", ...args, "--yes");
    return stdout + stderr;
}

it("a renamed source continues from the file that its deletion saved: no snapshot, no row lost", async () => {
    await source.insert("before");
    const policy = { offsets: "reset", database: { url: source.url, slot: "drop", publication: "drop" } };
    const args = await source.args("second-source");
    await engine.up({ ...args, onDelete: policy });
    await source.insert("streamed");
    await untilEvents(["r before", "c streamed"]);

    const renamed = { ...(await source.args("second-renamed")), state: "stopped" };
    await expect(engine.up(renamed)).rejects.toThrow(/name would change from "second-source" to "second-renamed"/);
    lines = [];
    expect(await engine.up({ ...renamed, onPositionLoss: "startAnew" })).toBe("replaced");
    const [, file = ""] = /offsets are saved in (\S+)/.exec(lines.join("\n")) ?? [];
    expect(readOffsetsFile(file)).toMatchObject({ connector: "second-source", groupId: "my-connect" });
    expect(lines).toContain('slot "second_slot" is not dropped: connector "second-renamed" of this program uses it');
    expect([await source.hasSlot(), await source.hasPublication()]).toEqual([true, true]);

    await source.insert("meanwhile");
    expect(await offsets("restore", file, "--connector", "second-renamed")).toContain("none -> ");
    await engine.up({ ...renamed, state: "running" });
    await untilEvents(["r before", "c streamed", "c meanwhile"]);
});

describe.runIf(process.env.SOAK)("further deletions", () => {
    it("a new connector must not read the slot of another one", async () => {
        await expect(new Engine().up(await source.args("second-again"))).rejects.toThrow(
            /slot.name"\] is also that of connector "second-renamed".*topic.prefix"\] is also that of connector "second-renamed"/,
        );
    });

    it("offsets from before the slot are refused: Debezium would fail with them", async () => {
        const { stdout } = await stack.npmRun("offsets", "list", "second-renamed", "--json");
        const saved = JSON.parse(stdout);
        saved.offsets[0].offset.lsn_proc = 1;
        const file = join(stack.handle.folder, "second-offsets.json");
        writeFileSync(file, JSON.stringify(saved));
        expect(await offsets("restore", file)).toMatch(
            /lsn_proc 1 \(0\/1\) is before restart_lsn .*Nothing was changed/,
        );
    });

    it("a slot in use is waited for, and its reader named", async () => {
        const leftovers = { url: source.url, slot: source.slot };
        const drop = dropFromDatabase(leftovers, () => undefined, { answerSeconds: 30, freeSeconds: 2 });
        await expect(drop).rejects.toThrow(
            /in use by process \d+, application Debezium.*user cdcadmin.*for 2 s.*pg_drop_replication_slot\('second_slot'\)/,
        );
        expect(await source.hasSlot()).toBe(true);
    });

    it("a deletion whose database does not answer reports what is left, and continues when it is repeated", async () => {
        const args = { ...(await source.args("second-renamed")), state: "running" };
        const dead = source.url.replace(/:\d+\//, ":1/");
        const policy = (url: string) => ({ offsets: "reset", database: { url, slot: "drop", publication: "drop" } });
        await engine.up({ ...args, onDelete: policy(dead) });
        const failed = await engine.destroy().catch((error: Error) => error);
        expect(String(failed)).toMatch(
            /"second-renamed": it was deleted, but: .*ECONNREFUSED.*for 30 s.*drop publication/,
        );
        expect(String(failed)).not.toContain((await stack.outputs()).database.password);
        expect([await source.hasSlot(), await source.hasPublication()]).toEqual([true, true]);

        engine.outputs!["onDelete"] = policy(source.url);
        await engine.destroy();
        expect([await source.hasSlot(), await source.hasPublication()]).toEqual([false, false]);
    });

    it("after a reset a source of the same name begins with a snapshot", async () => {
        await source.publish();
        await engine.up(await source.args("second-renamed"));
        const before = ["r before", "c streamed", "c meanwhile"];
        await untilEvents([...before, "r before", "r streamed", "r meanwhile"]);
    });

    it("a new source must not read a slot with an active reader, on any cluster", async () => {
        const elsewhere = new FakeConnect();
        await elsewhere.start();
        try {
            const onDelete = { database: { url: source.url } };
            const args = { ...(await source.args("second-elsewhere")), restUrls: [elsewhere.url], onDelete };
            await expect(new Engine().up(args)).rejects.toThrow(
                /slot.name"\] is "second_slot", which process \d+, application Debezium.* reads in the database/,
            );
            expect(elsewhere.writes).toEqual([]);
        } finally {
            await elsewhere.stop();
        }
    });

    it("a new source with an existing slot does not silently start without offsets, and continues from existing offsets", async () => {
        const database = { url: source.url };
        const args = await source.args("second-renamed");
        await engine.up({ ...args, onDelete: { database } });
        const events = await source.events();
        await engine.destroy();
        await source.insert("at rest");
        await engine.up({ ...args, onDelete: { database } });
        await untilEvents([...events, "c at rest"]);

        engine.outputs!["onDelete"] = { offsets: "reset", database };
        await engine.destroy();
        await expect(engine.up({ ...args, onDelete: { database } })).rejects.toThrow(
            'slot "second_slot" exists already in the database',
        );
        expect(engine.outputs).toBeUndefined();
        expect(await engine.up({ ...args, onDelete: { database }, onPositionLoss: "startAnew" })).toBe("created");
    });

    it("a slot is dropped when its cleanup goes, and not when a cleanup of the same program still has it", async () => {
        const [first, second] = ["cleanup_first", "cleanup_second"];
        const slots = async () => [await source.hasSlot(first), await source.hasSlot(second)];
        const program = await ConnectorProgram.create(CLEANUP_PROGRAM);
        const declare = (slot: string) =>
            program.write("cleanup.json", JSON.stringify({ url: source.url, slot, freeSeconds: 5 }));
        await source.makeSlot(first);
        await source.makeSlot(second);
        try {
            declare(first);
            await program.up();
            declare(second);
            const renamed = await program.up();
            expect(renamed.output).toContain('slot "cleanup_first" was dropped');
            expect(await slots()).toEqual([false, true]);

            const cleanup = "urn:pulumi:test::connectors::pulumi-nodejs:dynamic/cdc:SlotCleanup::cleanup";
            const replaced = await program.up("--replace", cleanup);
            expect(replaced.output).toContain('slot "cleanup_second" is not dropped: a source of this program uses it');
            expect(await slots()).toEqual([false, true]);
            await program.destroy();
            expect(await slots()).toEqual([false, false]);
        } finally {
            program.remove();
        }
    });
});

describe.runIf(process.env.SOAK)("the stack's own source with slot: drop", () => {
    const armed = { onDelete: { offsets: "reset", database: { slot: "drop", publication: "drop" } } };
    const configure = (entry?: object) => stack.configure({ connectors: entry && { "dbz-source": entry } });
    const urn = (connector: string) =>
        `urn:pulumi:${stack.handle.name}::${PROJECT}::pulumi-nodejs:dynamic/cdc:Connector::${connector}`;
    let pipeline: Pipeline;
    let missed: Customer;

    beforeAll(async () => {
        pipeline = await Pipeline.open(stack);
    });

    afterAll(async () => {
        await pipeline?.close();
        configure();
    });

    it("keeps slot, publication and offsets when that is removed, though it is replaced and has no reader", async () => {
        configure({ ...armed, state: "stopped" });
        await stack.up();
        missed = await pipeline.table.insert({ first_name: "while stopped", last_name: null, email: null });
        configure({ state: "stopped" });
        const { output } = await stack.up("--replace", urn("dbz-source"));
        expect(output).toMatch(/SlotCleanup dbz-source-slot updated/);
        expect(output).toMatch(/Connector dbz-source created replacement/);
        expect(await source.hasSlot("dbz_source")).toBe(true);
    });

    it("continues from there: no row is lost, and none comes twice", async () => {
        configure();
        await stack.up();
        await pipeline.passMarker();
        expect(pipeline.jsonRows([missed.id])).toEqual([missed]);
        expect(pipeline.duplicates([missed.id])).toEqual({ json: 0, xml: 0 });
    });
});
