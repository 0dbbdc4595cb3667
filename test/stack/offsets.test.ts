import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { SavedOffsets } from "../../packages/connector/src/position/offsetsFile";
import { readTopic } from "../support/rows/topics";
import { setState } from "../support/stack/connectorState";
import { Pipeline } from "../support/stack/pipeline";
import { sharedStack } from "../support/stack/sharedStack";

const stack = sharedStack();
let pipeline: Pipeline;

beforeAll(async () => {
    // where the command saves the previous offsets
    vi.stubEnv("XDG_STATE_HOME", join(stack.handle.folder, "offsets"));
    pipeline = await Pipeline.open(stack);
});

afterAll(async () => {
    vi.unstubAllEnvs();
    await pipeline?.close();
});

async function offsets(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await stack.npmRun("offsets", ...args);
    expect(code, stdout + stderr).toBe(0);
    return stdout;
}

/** A file of a connector's offsets as they are now, changed. */
async function fileOf(connector: string, change: (saved: SavedOffsets) => void): Promise<string> {
    const saved = JSON.parse(await offsets("list", connector, "--json")) as SavedOffsets;
    change(saved);
    const file = join(stack.handle.folder, `${connector}-offsets.json`);
    writeFileSync(file, JSON.stringify(saved));
    return file;
}

it("a sink that is moved back sends its last rows again, and no others", async () => {
    const ids = await pipeline.table.insertRandom(4);
    await pipeline.untilArrived(ids);
    await pipeline.passMarker();
    // workers commit every 10 s, and when a connector is stopped
    const nothing = await fileOf("json-jms-sink", (saved) => (saved.offsets = []));
    const unchanged = await offsets("alter", "json-jms-sink", nothing, "--yes");
    const end = Number(/localhost\.cdc\.customers-0: (\d+) \(unchanged\)/.exec(unchanged)?.[1]);
    // Not a distance from the end: ends of transactions have offsets, too
    const third = (await readTopic(pipeline.outputs.addresses.kafka, "localhost.cdc.customers")).find(
        ({ key }) => (JSON.parse(key!) as { id: number }).id === ids[2],
    )!.offset;
    const file = await fileOf("json-jms-sink", ({ offsets: [entry] }) => (entry!.offset = { kafka_offset: third }));
    const text = await offsets("alter", "json-jms-sink", file, "--yes");
    expect(text).toContain(`localhost.cdc.customers-0: ${end} -> ${third}`);
    await vi.waitFor(() => expect(pipeline.duplicates(ids)).toEqual({ json: 2, xml: 0 }), { timeout: 30_000 });
    await pipeline.passMarker();
    expect(pipeline.duplicates(ids)).toEqual({ json: 2, xml: 0 });
});

it("a Debezium source continues from restored offsets: no snapshot, no row lost", async () => {
    const restUrl = pipeline.outputs.restUrls[0]!;
    const old = await pipeline.passMarker();
    // at rest, or the slot would move on past the file: PostgreSQL cannot go back to before its slot
    await setState(restUrl, "dbz-source", "stop", "STOPPED");
    const file = await fileOf("dbz-source", () => undefined);
    expect(await offsets("reset", "dbz-source", "--yes")).toMatch(
        /server=localhost: .*lsn=\d+ \(0\/[0-9A-F]+\).* -> none/,
    );
    const ids = await pipeline.table.insertRandom(3);
    const text = await offsets("restore", file, "--yes");
    expect(text).toMatch(/server=localhost: none -> .*lsn=\d+ \(0\/[0-9A-F]+\)/);
    await setState(restUrl, "dbz-source", "resume", "RUNNING");
    await pipeline.untilArrived(ids);
    await pipeline.passMarker();
    expect(pipeline.duplicates([old.id, ...ids])).toEqual({ json: 0, xml: 0 });
});
