import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECKOUT } from "../../../tools/project";
import { PulumiProgram } from "./pulumiProgram";

let program: PulumiProgram;

beforeAll(async () => {
    program = await PulumiProgram.create();
    program.linkRooms();
});

afterAll(() => program.close());

/** A gate, the readiness and the record of a roll, with a port where nothing listens. */
function statements(cert: string, containerId = "container"): string {
    return `
import { Gate } from ${JSON.stringify(join(CHECKOUT, "components/rolling/gate"))};
import { RollStart } from ${JSON.stringify(join(CHECKOUT, "components/rolling/rollStart"))};
const credentials = pulumi.secret({ ca: "the-authority", cert: "${cert}", key: "the-operators-key" });
new RollStart("roll", { targets: [], digest: "1", credentials });
new Gate("gate", {
    kind: "zookeeper", member: "zookeeper-0", index: 0, targets: ["127.0.0.1:9"], containers: [],
    containerId: "${containerId}", timeoutSeconds: 0.1, credentials,
});
`;
}

test("credentials are in no state in the clear, and renewed ones change nothing", async () => {
    const first = await program.up(statements("first"));
    expect(first).toMatchObject({ ok: true, steps: { gate: "create", roll: "create" } });
    expect(program.state()).not.toMatch(/the-operators-key|the-authority/);
    const renewed = await program.up(statements("renewed"));
    expect(renewed).toMatchObject({ ok: true, steps: {} });
    expect(program.state()).not.toMatch(/the-operators-key|the-authority|renewed/);
    const replaced = await program.up(statements("renewed", "another"));
    expect(replaced.ok, "the gate uses the credentials").toBe(false);
    expect(replaced.messages).not.toMatch(/the-operators-key/);
    await program.up();
});

test("the outputs of the last update are known to the next one, also when one in between has failed", async () => {
    const read = `
import { readLastUpdate } from ${JSON.stringify(join(CHECKOUT, "preflight/lastOutputs"))};
export = async () => {
    const last = await readLastUpdate();
    const operator = pulumi.secret({ ca: "the-authority", cert: "mine", key: "the-operators-key" });
    return { tls: "prefer", operator, restUrls: ["https://w"], addresses: { kafka: ["k:1"] }, seen: pulumi.secret(last ?? "none") };
};`;
    expect(await program.up(read)).toMatchObject({ ok: true });
    expect(await program.output("seen")).toBe("none");
    expect(await program.up('throw new pulumi.RunError("refused");')).toMatchObject({ ok: false });
    expect(await program.up(read)).toMatchObject({ ok: true });
    const credentials = { ca: "the-authority", cert: "mine", key: "the-operators-key" };
    expect(await program.output("seen")).toEqual({
        tls: "prefer",
        restUrls: ["https://w"],
        brokers: ["k:1"],
        credentials,
    });
    expect(program.state()).not.toMatch(/the-operators-key/);
});

test("the outputs of an update that fails half way have the mode that it was to bring", async () => {
    const outputs = (mode: string) => `export = async () => ({ tls: "${mode}" });`;
    expect(await program.up(statements("first") + outputs("prefer"))).toMatchObject({ ok: true });
    expect(await program.up(statements("first", "another") + outputs("require"))).toMatchObject({ ok: false });
    expect(await program.output("tls")).toBe("require");
});
