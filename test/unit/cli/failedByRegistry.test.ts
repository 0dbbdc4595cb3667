import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findFailedByRegistry } from "../../../cli/stack/failedByRegistry";
import type { StackState } from "../../../cli/stack/state";

const TRACES: Record<string, string | undefined> = {
    refused:
        "dev.connectcdc.avro.shaded.registry.RegistryError: the schema of subject a-value is not compatible (compatibility FULL)\n\tat a.B.c(B.java:1)",
    caused: "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask\nCaused by: dev.connectcdc.registry.RegistryError: no answer",
    other: "java.lang.IllegalStateException: other",
    running: undefined,
};

let server: Server;

beforeEach(async () => {
    const connectors = Object.entries(TRACES).map(([name, trace]) => {
        const tasks = [{ id: 0, state: trace ? "FAILED" : "RUNNING", worker_id: "w", trace }];
        return [name, { info: { name }, status: { name, connector: { state: "RUNNING", worker_id: "w" }, tasks } }];
    });
    server = createServer((_, response) => {
        response.setHeader("Content-Type", "application/json").end(JSON.stringify(Object.fromEntries(connectors)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => server.close());

function state(): StackState {
    // The first worker does not answer
    const restUrls = ["http://127.0.0.1:1", `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
    const resources = Object.keys(TRACES).map((name) => ({
        urn: `urn:${name}`,
        type: "pulumi-nodejs:dynamic/cdc:Connector",
        inputs: { name },
        outputs: { restUrls },
    }));
    return { resources, pendingOperations: [] };
}

it("connectors that the schema registry has stopped are found, and no others", async () => {
    expect(await findFailedByRegistry(state())).toEqual(["urn:refused", "urn:caused"]);
});

it("without an answer of a worker there are none", async () => {
    const before = state();
    await new Promise((resolve) => server.close(resolve));
    expect(await findFailedByRegistry(before)).toEqual([]);
    expect(await findFailedByRegistry({ resources: [], pendingOperations: [] })).toEqual([]);
});
