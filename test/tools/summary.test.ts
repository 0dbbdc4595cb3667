import { expect, test } from "vitest";
import { CONNECTOR, outputsOf, parseState, type StateResource } from "../../cli/stack/state";
import { summarize } from "../../cli/stack/summary";

function state(outputs: Record<string, unknown>, ...connectors: StateResource[]) {
    const stack = {
        urn: "urn:pulumi:dev::connect-cdc::pulumi:pulumi:Stack::connect-cdc-dev",
        type: "pulumi:pulumi:Stack",
    };
    return { resources: [{ ...stack, outputs }, ...connectors], pendingOperations: [] };
}

function connector(name: string, state: string, tasks: { state: string }[]): StateResource {
    return {
        urn: `urn:pulumi:dev::connect-cdc::${CONNECTOR}::${name}`,
        type: CONNECTOR,
        inputs: { name },
        outputs: { state, tasks },
    };
}

test("has tables of addresses and connectors, and the next commands", () => {
    const tasks = [{ state: "running" }, { state: "failed" }, { state: "running" }];
    const text = summarize(
        state(
            {
                addresses: { kafka: ["127.0.0.1:9090", "127.0.0.1:9091"], postgres: "127.0.0.1:15432" },
                connectors: {
                    "dbz-source": { class: "c", declaredState: "running" },
                    idle: { class: "c", declaredState: "stopped" },
                    unmade: { class: "c", declaredState: "running" },
                },
            },
            connector("dbz-source", "running", tasks),
            connector("idle", "stopped", []),
        ),
        "staging",
    );
    expect(text.split("\n").slice(0, 9)).toEqual([
        "  Server    Address",
        "  kafka     127.0.0.1:9090, 127.0.0.1:9091",
        "  postgres  127.0.0.1:15432",
        "",
        "  Connector   State    Tasks",
        "  dbz-source  running  2 running, 1 failed",
        "  idle        stopped  none",
        "  unmade      none     none",
        "",
    ]);
    expect(text).toContain('eval "$(npm run -s env -- --stack staging)"  then: pulumi preview');
    expect(text).toContain("npm stop -- --stack staging ");
});

test("a stack without connectors has no table of them", () => {
    expect(summarize(state({ addresses: { kafka: [] } }), "dev")).not.toContain("Connector");
});

test("a secret of the state in plain text is its value, also inside another", () => {
    const secret = (value: unknown) => ({
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        plaintext: JSON.stringify(value),
    });
    const outputs = { database: secret({ user: "u", password: "p" }), all: [secret("a")], hidden: { ciphertext: "c" } };
    const { resources } = state(outputs);
    const parsed = parseState(JSON.stringify({ deployment: { resources } }));
    expect(outputsOf(parsed)).toMatchObject({
        database: { user: "u", password: "p" },
        all: ["a"],
        hidden: { ciphertext: "c" },
    });
});
