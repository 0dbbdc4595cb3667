import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import { JMS_SINK_CLASS } from "../../connectors/jmsSink";
import { stateFolder } from "../../tools/folders";
import { BrokenSink, jsonConverter } from "../support/faults/brokenSink";
import { setState } from "../support/stack/connectorState";
import { containerName, docker, namesOfStack } from "../support/stack/docker";
import { sharedStack } from "../support/stack/sharedStack";
import { WatchProcess } from "../support/stack/watchProcess";

const stack = sharedStack();
let outputs: StackOutputs;
let watch: WatchProcess | undefined;

beforeAll(async () => {
    outputs = await stack.outputs();
});

afterEach(() => watch?.stop());

const setJsonSink = (action: "pause" | "resume", state: "PAUSED" | "RUNNING") =>
    setState(outputs.restUrls[0]!, "json-jms-sink", action, state);

describe("npm run watch", () => {
    let sink: BrokenSink;

    // What the runs with --once remember; others may have run it
    const forget = () => rmSync(join(stateFolder("watch"), `${stack.handle.name}.json`), { force: true });
    beforeAll(forget);

    afterAll(async () => {
        await sink?.remove();
        await setJsonSink("resume", "RUNNING");
        forget();
    });

    it("begins with one line, and reports a connector that is added by hand", async () => {
        watch = new WatchProcess(stack, "--interval", "1");
        await watch.event(
            /^info stack \S+: (\d) of \1 ZooKeeper servers, \1 of \1 brokers, .*, tasks running: 3 of 3; /,
        );
        sink = await BrokenSink.open("watched-sink", outputs);
        await sink.create();
        await watch.event(/watched-sink/);
        expect(await watch.stop()).toEqual({ code: 0, errors: "" });
    });

    it("restarts a task that has FAILED until the cause is removed", async () => {
        await sink.untilTask("RUNNING");
        watch = new WatchProcess(stack, "--interval", "1", "--heal", "--all", "--max-restarts", "9");
        await watch.event(/^info stack/);
        await sink.poison();
        const failure = await watch.event(/^warning watched-sink\/0: FAILED on .*JsonParseException/);
        expect(failure.remedy).toBeTruthy();
        await watch.event(/^heal watched-sink: restarted task 0 \(1 of at most 9 within an hour\), which FAILED: /);
        await sink.mend();
        await watch.event(/^ok watched-sink\/0: well again after \d+ s; it was: /, 120);
        await sink.untilTask("RUNNING");
        expect(watch.lines.filter((line) => line.includes("gave up"))).toEqual([]);
    });

    it("gives up on one that fails repeatedly, and reports it once", async () => {
        await sink.poison();
        await sink.untilTask("FAILED");
        watch = new WatchProcess(stack, "--interval", "1", "--heal", "--all", "--max-restarts", "2");
        const { remedy } = await watch.event(
            /^wrong watched-sink: gave up after 2 restarts within an hour: .*JsonParse/,
        );
        expect(remedy).toContain("the watch restarts it again only after it has run for an hour");
        expect(watch.lines.filter((line) => line.startsWith("heal"))).toHaveLength(2);
    });

    it("does not restart a connector of others without --all", async () => {
        watch = new WatchProcess(stack, "--interval", "1", "--heal");
        await watch.event(/^warning watched-sink\/0: FAILED/);
        expect(watch.lines.filter((line) => /^heal|gave up/.test(line))).toEqual([]);
        await sink.untilTask("FAILED");
    });

    it("is a check for timers with --once: a line only for news, exit code 1 while there is a problem", async () => {
        const first = await onceUntil(0);
        expect(first).toMatch(/^\S+Z {2}info {5}stack .*\n/);
        expect(first).toMatch(/ {2}WARNING {2}watched-sink\/0: FAILED/);

        await sink.remove();
        await setJsonSink("pause", "PAUSED");
        const paused = await onceUntil(1);
        expect(paused).toMatch(/ {2}ok {7}watched-sink\/0: well again/);
        expect(paused).toMatch(/ {2}WRONG {4}json-jms-sink: is PAUSED, but declared running/);
        expect(await onceUntil(1)).not.toContain("json-jms-sink");

        await setJsonSink("resume", "RUNNING");
        expect(await onceUntil(0)).toMatch(/ {2}ok {7}json-jms-sink: well again/);
    });

    /** The output of runs with --once until one has that exit code: on a busy machine a snapshot may miss a slow broker. */
    async function onceUntil(code: number): Promise<string> {
        let output = "";
        const run = async () => {
            const result = await stack.npmRun("watch", "--once");
            expect(result.stderr).toBe("");
            output += result.stdout;
            return result.code;
        };
        await expect.poll(run, { timeout: 60_000 }).toBe(code);
        return output;
    }
});

describe.runIf(process.env.SOAK)("the watch container", () => {
    let sink: BrokenSink;
    const name = containerName(stack.handle.name, "watch");
    const before = stack.config();

    beforeAll(async () => {
        sink = await BrokenSink.open("declared-sink", outputs);
        const config = {
            "topics.regex": "declared-sin[k]",
            "jms.destination.name": "CustomersJSON",
            "value.converter": jsonConverter,
        };
        stack.configure({
            watch: { enabled: true, intervalSeconds: 1, heal: true },
            connectors: { "declared-sink": { class: JMS_SINK_CLASS, tasksMax: 1, state: "running", config } },
        });
        await stack.up();
    });

    afterAll(async () => {
        stack.configure({ watch: before.watch, connectors: before.connectors });
        await stack.up();
        expect((await namesOfStack(stack.handle.name)).filter((object) => object.includes("watch"))).toEqual([]);
        await sink?.remove();
    });

    async function logged(pattern: RegExp): Promise<void> {
        const log = async () => (await docker.getContainer(name).logs({ stdout: true, stderr: true })).toString();
        await expect.poll(log, { timeout: 90_000, interval: 500 }).toMatch(pattern);
    }

    it("checks the stack from inside, and is healthy", async () => {
        await logged(/Z {2}info {5}stack \S+: (\d) of \1 ZooKeeper servers, \1 of \1 brokers, \1 of \1 workers, /);
        const health = async () => (await docker.getContainer(name).inspect()).State.Health?.Status;
        await expect.poll(health, { timeout: 60_000 }).toBe("healthy");
    });

    it("reports a task that fails, and restarts it until it runs", async () => {
        await sink.untilTask("RUNNING");
        await sink.poison();
        await logged(/Z {2}WRONG {4}declared-sink\/0: FAILED on .*JsonParseException/);
        await logged(/Z {2}heal {5}declared-sink: restarted task 0 \(1 of at most 5 within an hour\)/);
        await sink.mend();
        await logged(/Z {2}ok {7}declared-sink\/0: well again after \d+ s/);
        await sink.untilTask("RUNNING");
    });

    it("can change nothing, reaches no engine, and has its logins in a file only", async () => {
        const facts = await docker.getContainer(name).inspect();
        expect(facts.HostConfig).toMatchObject({ ReadonlyRootfs: true, Memory: 128 * 2 ** 20, CapDrop: ["ALL"] });
        expect(facts.Config.User).toBe("1000:1000");
        const texts = JSON.stringify(facts);
        expect(texts).not.toContain("docker.sock");
        const { database, jmsBroker } = outputs;
        for (const { password } of [database, jmsBroker]) {
            expect(texts).not.toContain(password);
            expect((await docker.getContainer(name).logs({ stdout: true, stderr: true })).toString()).not.toContain(
                password,
            );
        }
    });
});
