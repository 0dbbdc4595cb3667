import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { runCommand } from "../../support/stack/runCommand";
import { WorkerUnderTest } from "./workerUnderTest";

const LINES = ["one", "two", "three", "four"].map((word) => `${word}\n`);
const ALL = LINES.join("");
const LAST_TWO = LINES.slice(2).join("");

export function movingOffsets(worker: WorkerUnderTest): void {
    describe.concurrent("npm run offsets", () => {
        it("moves a source back and to its start, and restores what it moved", async () => {
            const { source, sink, received, offsets } = await pipe(worker);
            const file = source["config"].file as string;
            const at = (position: number) => [{ partition: { filename: file }, offset: { position } }];
            await vi.waitFor(
                async () => expect((await offsets.list(source)).offsets).toEqual(at(ALL.length)),
                PATIENCE,
            );

            const before = await offsets.list(source);
            expect(before).toMatchObject({ connector: source["name"], type: "source", class: source["class"] });

            const wanted = worker.path("wanted.json");
            writeFileSync(wanted, JSON.stringify({ offsets: at(ALL.length - LAST_TWO.length) }));
            const altered = await offsets.run("alter", source["name"], wanted);
            expect(altered.text).toContain(
                `filename=${file}: position=${ALL.length} -> position=${ALL.length - LAST_TWO.length}`,
            );
            await expectRunning(worker, source);
            await vi.waitFor(() => expect(received()).toBe(ALL + LAST_TWO), PATIENCE);

            const reset = await offsets.run("reset", source["name"]);
            await expectRunning(worker, source);
            await vi.waitFor(() => expect(received()).toBe(ALL + LAST_TWO + ALL), PATIENCE);

            expect(statSync(reset.file).mode & 0o777).toBe(0o600);
            await offsets.run("restore", reset.file);
            await expectRunning(worker, source);
            expect((await offsets.list(source)).offsets).toEqual(at(ALL.length));
            expect(await worker.states(sink["name"])).toEqual(["RUNNING", "RUNNING"]);
        });

        it("moves a sink's consumer group", async () => {
            const { sink, received, offsets } = await pipe(worker);
            const at = (offset: number) => [
                {
                    partition: { kafka_topic: sink["config"].topics, kafka_partition: 0 },
                    offset: { kafka_offset: offset },
                },
            ];
            await vi.waitFor(async () => expect((await offsets.list(sink)).offsets).toEqual(at(4)), PATIENCE);

            const wanted = worker.path("wanted.json");
            writeFileSync(wanted, JSON.stringify({ offsets: at(2) }));
            await offsets.run("alter", sink["name"], wanted);
            await expectRunning(worker, sink);
            await vi.waitFor(() => expect(received()).toBe(ALL + LAST_TWO), PATIENCE);

            await worker.pause(sink["name"]);
            const reset = await offsets.run("reset", sink["name"]);
            expect((await offsets.list(sink)).offsets).toEqual([]);
            await offsets.run("restore", reset.file);
            expect((await offsets.list(sink)).offsets).toEqual(JSON.parse(readFileSync(reset.file, "utf8")).offsets);
            expect((await worker.states(sink["name"]))[0]).toBe("PAUSED");
        });

        it("changes nothing when the file is of another cluster, when it cannot ask for confirmation, or when the name is unknown", async () => {
            const args = worker.source();
            await worker.engine().up(args);
            worker.writes(args);
            const url = args["restUrls"][0] as string;
            const offsets = commands(worker, url);
            const file = worker.path("saved.json");
            writeFileSync(file, JSON.stringify({ ...(await offsets.list(args)), kafkaClusterId: "another" }));
            await expect(offsets.run("restore", file)).rejects.toThrow(
                /belong to another Kafka cluster:\s+kafkaClusterId: another in the file, \S+ here/,
            );
            await expect(runCommand("offsets", ["reset", args["name"], "--url", url])).rejects.toThrow(
                "confirm it with --yes",
            );
            await expect(offsets.run("reset", `${args["name"]}x`)).rejects.toThrow(`did you mean ${args["name"]}?`);
            expect(worker.writes(args)).toEqual([]);
        });
    });
}

const PATIENCE = { timeout: 30_000, interval: 200 };

/** A file of four lines, through a topic of its own, into another file. */
async function pipe(worker: WorkerUnderTest) {
    const source = worker.source();
    source["config"].topic = `lines-${source["name"]}`;
    const sink = worker.sink({ topics: source["config"].topic });
    writeFileSync(source["config"].file, ALL);
    await worker.engine().up(source);
    await worker.engine().up(sink);
    const received = () => readFileSync(sink["config"].file, "utf8");
    await vi.waitFor(() => expect(received()).toBe(ALL), PATIENCE);
    return { source, sink, received, offsets: commands(worker, worker.workerUrl) };
}

function commands(worker: WorkerUnderTest, url: string) {
    const state = worker.path("state");
    mkdirSync(state);
    const command = (...args: string[]) => runCommand("offsets", [...args, "--url", url], { XDG_STATE_HOME: state });
    return {
        list: async (of: Record<string, any>) => JSON.parse((await command("list", of["name"], "--json")).stdout),
        /** Returns the output, and the file with the previous offsets. */
        run: async (...args: string[]) => {
            const { stdout } = await command(...args, "--yes");
            return { text: stdout, file: /saved in (\S+)/.exec(stdout)![1]! };
        },
    };
}

async function expectRunning(worker: WorkerUnderTest, { name }: Record<string, any>): Promise<void> {
    expect(await worker.states(name)).toEqual(["RUNNING", "RUNNING"]);
}
