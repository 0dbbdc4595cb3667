import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectorStatuses } from "../../../servers/connect";
import { docker, memberIds } from "../../support/stack/docker";
import { sharedStack } from "../../support/stack/sharedStack";
import { runStatus } from "../../support/stack/statusRun";
import { kafkaLibraries } from "../../support/workers/kafkaLibraries";

const stack = sharedStack();
const workers = ["connect-0", "connect-1", "connect-2"];
/** It is made by hand in the workers' containers, and so is gone from those that replace them. */
const FOLDER = "/tmp/lines";
let before: Record<string, string>;
const noFolder = /lines\/0\b.*FAILED.*ConnectException: Couldn't find or create file '\/tmp\/lines\/out'/;

function declareLines(file: string): void {
    const lines = {
        class: "org.apache.kafka.connect.file.FileStreamSinkConnector",
        tasksMax: 1,
        state: "running",
        config: { topics: "localhost.cdc.customers", file },
    };
    stack.configure({ connectors: { lines } });
}

async function stateOfLines(): Promise<string | undefined> {
    const { restUrls } = await stack.outputs();
    const found = (await connectorStatuses(restUrls[0]!)).find(({ name }) => name === "lines");
    return found?.tasks[0]?.state;
}

async function makeFolder(container: string): Promise<void> {
    const command = await docker.getContainer(container).exec({ Cmd: ["mkdir", FOLDER], AttachStdout: true });
    const output = await command.start({});
    await new Promise((resolve) => output.resume().once("end", resolve));
    expect((await command.inspect()).ExitCode).toBe(0);
}

describe.runIf(process.env.SOAK)("a connector that fails", () => {
    beforeAll(async () => {
        const { connect } = stack.config();
        const { plugins } = connect as { plugins?: object };
        if (plugins !== undefined && "file" in plugins) return;
        const path = join((await kafkaLibraries("3.9.2")).pluginPath, "file");
        stack.configure({ connect: { ...connect, plugins: { ...plugins, file: { path } } } });
        await stack.up();
    });

    afterAll(async () => {
        stack.configure({ connectors: undefined });
        await stack.up();
    });

    it("a connector that fails when it is created is in the state, and npm run status shows the cause", async () => {
        declareLines(`${FOLDER}/out`);
        const { code, output } = await stack.tryUp();
        expect(code, output).not.toBe(0);
        const { code: statusCode, screen } = await runStatus(stack);
        expect(statusCode).toBe(1);
        expect(screen.replace(/\s+/g, " ")).toMatch(noFolder);
        expect(screen).not.toContain("is not declared by this stack");
    });

    it("a task that fails on a replaced worker stops the roll there, long before the limit, with its cause", async () => {
        before = await memberIds(stack.handle.name);
        await Promise.all(workers.map((worker) => makeFolder(before[worker]!)));
        await stack.up();
        expect(await stateOfLines()).toBe("RUNNING");

        const { connect } = stack.config();
        const { config } = connect as { config?: object };
        stack.configure({ connect: { ...connect, config: { ...config, "offset.flush.timeout.ms": 7000 } } });
        const { code, output, seconds } = await stack.tryUp();
        console.log(`a roll with a task that fails stopped after ${seconds.toFixed(0)} s`);
        expect(code, output).not.toBe(0);
        expect(output).toMatch(noFolder);
        // The task may run on another member than the one that was replaced last
        expect(output).toMatch(/The last error in its log: \S|Its log has no error/);
        expect(output).toContain("No further member was replaced");
    });

    it("continues, and the task runs, once the connector is corrected in the same update", async () => {
        declareLines("/tmp/out");
        const { seconds } = await stack.up();
        console.log(`workers and their connector corrected in ${seconds.toFixed(0)} s`);
        expect(await stateOfLines()).toBe("RUNNING");
        const after = await memberIds(stack.handle.name);
        expect(workers.filter((worker) => after[worker] === before[worker])).toEqual([]);
        await expect
            .poll(async () => (await runStatus(stack)).screen, { timeout: 120_000, interval: 2000 })
            .toContain("All is well");
        expect(await stack.preview()).toEqual([]);
    });
});
