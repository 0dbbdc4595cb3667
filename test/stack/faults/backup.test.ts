import { readdirSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { runProcess } from "../../../tools/processes";
import { shellBlocks } from "../../support/docs/docCommands";
import { DocWorkspace } from "../../support/docs/docWorkspace";
import { untilWell } from "../../support/faults/serverFaults";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";

const stack = sharedStack();
/** The commands of the page: take a backup, and go back to it. */
const [takeBackup, goBack] = shellBlocks("docs/backup.md").filter(({ mode }) => mode === "slow");
let workspace: DocWorkspace;
let pipeline: Pipeline;
let keptId: number;

beforeAll(async () => {
    workspace = new DocWorkspace(stack);
    pipeline = await Pipeline.open(stack);
});

afterEach(async () => {
    await pipeline?.close();
    await untilWell({ stack: stack.handle.name, outputs: pipeline.outputs }, 300);
    pipeline = await Pipeline.open(stack);
});

afterAll(async () => {
    await pipeline?.close();
    workspace?.remove();
});

async function run(block = takeBackup): Promise<void> {
    const args = ["--norc", "-euo", "pipefail", "-c", workspace.adapt(block!.commands)];
    const options = { cwd: workspace.folder, env: workspace.environment };
    const { code, stdout, stderr } = await runProcess("bash", args, options);
    expect(code, stdout + stderr).toBe(0);
}

it.runIf(process.env.SOAK)("a backup has the volume of each server that keeps data", async () => {
    keptId = (await pipeline.passMarker()).id;
    await run(takeBackup);
    const members = ["artemis", "kafka-0", "kafka-1", "kafka-2", "postgres"];
    const servers = ["zookeeper-0", "zookeeper-1", "zookeeper-2"];
    expect(readdirSync(workspace.folder).filter((name) => name.endsWith(".tar"))).toEqual(
        [...members, ...servers].map((member) => `connect-cdc-${stack.handle.name}-${member}-data.tar`),
    );
});

it.runIf(process.env.SOAK)(
    "rows flow on after it, and are gone when the stack goes back to it, from where they flow on again",
    async () => {
        const { id: lostId } = await pipeline.passMarker(120);
        expect(lostId).toBeGreaterThan(keptId);
        await run(goBack);
        await untilWell({ stack: stack.handle.name, outputs: pipeline.outputs }, 300);
        await pipeline.close();
        pipeline = await Pipeline.open(stack);
        const next = await pipeline.table.insert({ first_name: "after", last_name: null, email: null });
        // The sequence of ids is that of the backup, too
        expect(next.id).toBe(lostId);
        await pipeline.untilArrived([next.id], 120);
        expect(pipeline.jsonRows([next.id]).map(({ first_name }) => first_name)).toEqual(["after"]);
    },
);
