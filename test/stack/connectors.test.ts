import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectorStatuses } from "../../servers/connect";
import { Pipeline } from "../support/stack/pipeline";
import { sharedStack } from "../support/stack/sharedStack";

const stack = sharedStack();
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(async () => {
    await pipeline?.close();
    stack.configure({ connectors: undefined });
});

async function connectorNames(): Promise<string[]> {
    return (await connectorStatuses(pipeline.outputs.restUrls[0] ?? "")).map(({ name }) => name);
}

async function taskStates(name: string): Promise<string[]> {
    const statuses = await connectorStatuses(pipeline.outputs.restUrls[0] ?? "");
    return statuses.find((status) => status.name === name)?.tasks.map(({ state }) => state) ?? [];
}

function stateHas(connector: string): boolean {
    return stack.stateTexts().some((text) => text.includes(`dynamic/cdc:Connector::${connector}`));
}

describe("a connector", () => {
    it("that breaks fails the up with the cause, and stays in state", async () => {
        stack.configure({ connectors: { "dbz-source": { config: { "publication.name": "no_such_publication" } } } });
        // The list of tables is of another publication
        expect((await stack.preview()).map(({ op, name }) => `${op} ${name}`).sort()).toEqual([
            "delete dbz-source-snapshots",
            "update dbz-source",
        ]);
        let { code, output } = await stack.tryUp();
        if (code === 0) {
            // On a busy machine the task runs for longer than an up watches it, and the next one reports it
            await expect.poll(() => taskStates("dbz-source"), { timeout: 60_000 }).toEqual(["FAILED"]);
            ({ code, output } = await stack.tryUp("--refresh"));
        }
        expect(code, output).not.toBe(0);
        expect(output).toMatch(/dbz-source/);
        expect(output).toMatch(/publication/i);
        expect(await connectorNames()).toContain("dbz-source");
        expect(stateHas("dbz-source")).toBe(true);
    });

    it("is repaired by the next up, and rows flow again, none lost", async () => {
        const missed = await pipeline.table.insert({ first_name: "while broken", last_name: null, email: null });
        stack.configure({ connectors: undefined });
        await stack.up();
        expect(await taskStates("dbz-source")).toEqual(["RUNNING"]);
        await pipeline.passMarker();
        expect(pipeline.jsonRows([missed.id])).toEqual([missed]);
    });

    it("is removed by null, while the others do not change", async () => {
        stack.configure({ connectors: { "xml-jms-sink": null } });
        const planned = await stack.preview();
        // Its secrets go from the workers, too
        expect(planned.map(({ op, name }) => `${op} ${name}`).sort()).toEqual([
            "delete xml-jms-sink",
            "replace connect-secrets-sweep",
            "replace connect-secrets-writer",
        ]);
        await stack.up();
        expect(await connectorNames()).toEqual(["dbz-source", "json-jms-sink"]);
    });

    it("continues from its position when it is added again", async () => {
        const meanwhile = await pipeline.table.insert({ first_name: "meanwhile", last_name: null, email: null });
        stack.configure({ connectors: undefined });
        await stack.up();
        await pipeline.untilArrived([meanwhile.id]);
        expect(await connectorNames()).toEqual(["dbz-source", "json-jms-sink", "xml-jms-sink"]);
    });
});
