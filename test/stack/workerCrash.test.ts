import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { connectorStatuses } from "../../probes/connect";
import { clusterReady } from "../../probes/readiness";
import { waitFor } from "../../probes/wait";
import { containerName, crashContainer, docker, waitForRestart } from "../support/docker";
import { RowStream } from "../support/rows";
import { Pipeline } from "../support/pipeline";
import { sharedStack } from "./sharedStack";

const stack = sharedStack();
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(() => pipeline?.close());

/** Name of the member that runs the source's task: workers are known by their advertised address. */
async function workerOfSource(): Promise<string> {
    const statuses = await connectorStatuses(pipeline.outputs.restUrls[0] ?? "");
    const worker = statuses.find(({ name }) => name === "dbz-source")?.tasks[0]?.worker ?? "";
    return worker.replace(/:\d+$/, "");
}

describe("a worker that is killed while rows stream", () => {
    it("costs no row: the engine starts it again, and its tasks go on", async () => {
        const container = containerName(stack.handle.name, await workerOfSource());
        const { RestartCount } = await docker.getContainer(container).inspect();
        const stream = new RowStream(pipeline.table, 50);
        await expect.poll(() => stream.ids.length, { timeout: 20_000 }).toBeGreaterThan(100);

        await crashContainer(container);
        const crashedAt = Date.now();
        const rowAtCrash = stream.ids.length;
        await waitForRestart(container, RestartCount);
        await pipeline.untilArrived(stream.ids.slice(0, rowAtCrash + 1), 120);
        const gapSeconds = (Date.now() - crashedAt) / 1000;

        const ids = await stream.stop();
        await pipeline.untilArrived(ids, 120);
        const { json, xml } = pipeline.duplicates(ids);
        console.log(
            `worker killed: ${ids.length} rows, none lost; repeated ${json} (JSON) and ${xml} (XML); ` +
                `rows flowed again after ${gapSeconds.toFixed(1)} s`,
        );
        expect(gapSeconds).toBeLessThan(90);
    });

    it("is a healthy member of its cluster again", async () => {
        const targets = pipeline.outputs.restUrls;
        await waitFor(() => clusterReady({ kind: "connect", targets, expected: 3 }), {
            what: "Connect cluster after the crash",
            timeoutSeconds: 60,
        });
    });
});
