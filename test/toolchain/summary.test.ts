import { expect, test } from "vitest";
import { summarize } from "../../toolchain/stack/summary";

function state(outputs: Record<string, unknown>) {
    const stack = {
        urn: "urn:pulumi:dev::connect-cdc::pulumi:pulumi:Stack::connect-cdc-dev",
        type: "pulumi:pulumi:Stack",
    };
    return { resources: [{ ...stack, outputs }], pendingOperations: [] };
}

test("addresses and connectors stand in tables, the next commands below", () => {
    const tasks = [{ state: "running" }, { state: "failed" }, { state: "running" }];
    const text = summarize(
        state({
            addresses: { kafka: ["127.0.0.1:9090", "127.0.0.1:9091"], postgres: "127.0.0.1:15432" },
            connectors: {
                "dbz-source": { class: "c", state: "running", tasks },
                idle: { class: "c", state: "stopped", tasks: [] },
            },
        }),
    );
    expect(text.split("\n").slice(0, 8)).toEqual([
        "  Server    Address",
        "  kafka     127.0.0.1:9090, 127.0.0.1:9091",
        "  postgres  127.0.0.1:15432",
        "",
        "  Connector   State    Tasks",
        "  dbz-source  running  2 running, 1 failed",
        "  idle        stopped  none",
        "",
    ]);
    expect(text).toContain("npm stop");
});

test("a stack without connectors has no table of them", () => {
    expect(summarize(state({ addresses: { kafka: [] } }))).not.toContain("Connector");
});
