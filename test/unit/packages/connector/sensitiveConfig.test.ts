import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Engine } from "../../../support/workers/engine";
import { FakeConnect } from "../../../support/workers/fakeConnect";
import { inPlaceOfSystemClock } from "../../../support/workers/virtualClock";

const PUT = /^PUT \/connectors\/sink\/config$/;

let fake: FakeConnect;

beforeEach(async () => {
    fake = new FakeConnect();
    fake.clock = inPlaceOfSystemClock();
    await fake.start();
});

afterEach(async () => {
    vi.restoreAllMocks();
    await fake.stop();
});

const args = (password: string) => ({
    name: "sink",
    cluster: "c",
    restUrls: [fake.url],
    class: "example.Sink",
    config: { topics: "lines" },
    sensitiveConfig: { "my.password": password },
    timeoutSeconds: 5,
});

const passwords = () => fake.connectors.get("sink")!.config["my.password"];

it.each(["hunter-3", "hunter-2"])("after a write that got no answer, %s is written in any case", async (next) => {
    const engine = new Engine();
    await engine.up(args("hunter-2"));
    fake.faultsOf.push({ request: PUT, faults: Array(99).fill({ kind: "reset" }) });
    await expect(engine.up(args("hunter-3"))).rejects.toThrow("gave up after 5 s");
    fake.faultsOf.splice(0);
    fake.requests = [];
    expect(await engine.up(args(next))).toBe("updated");
    expect(fake.requests.filter((request) => PUT.test(request))).toHaveLength(1);
    expect(passwords()).toBe(next);
    expect(await engine.up(args(next))).toBe("unchanged");
});

it("a setting that leaves sensitiveConfig leaves the connector", async () => {
    const engine = new Engine();
    await engine.up(args("hunter-2"));
    const { sensitiveConfig: _, ...rest } = args("");
    expect(await engine.up(rest)).toBe("updated");
    expect(passwords()).toBeUndefined();
});
