import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Engine } from "../../../support/workers/engine";
import { FakeConnect } from "../../../support/workers/fakeConnect";
import { Reply } from "../../../support/workers/faults";
import { inPlaceOfSystemClock } from "../../../support/workers/virtualClock";

/** A worker to whose connectors a key is added with each write, or after one. */
class AddingConnect extends FakeConnect {
    /** `server`: in the answer; `late`: after the answer; `once`: after the next answer, as another user would. */
    adds?: "server" | "late" | "once";

    override perform(method: string, url: string, body: any): Reply {
        const isWrite = method === "POST" || (method === "PUT" && url.endsWith("/config"));
        if (!isWrite || !this.adds) return super.perform(method, url, body);
        if (this.adds === "server") {
            return super.perform(method, url, body.config ? { ...body, config: added(body.config) } : added(body));
        }

        const reply = super.perform(method, url, body);
        const connector = this.connectors.get("sink")!;
        connector.config = added(connector.config);
        if (this.adds === "once") this.adds = undefined;
        return reply;
    }
}

const added = (config: Record<string, string>) => ({ ...config, added: "x" });

let fake: AddingConnect;
let engine: Engine;

beforeEach(async () => {
    inPlaceOfSystemClock();
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    fake = new AddingConnect();
    engine = new Engine();
    await fake.start();
});

afterEach(async () => {
    vi.restoreAllMocks();
    await fake.stop();
});

const args = (config = {}) => ({
    name: "sink",
    cluster: "test",
    restUrls: [fake.url],
    class: "example.Sink",
    config: { topics: "lines", ...config },
});

async function refreshedUp(config = {}): Promise<string> {
    await engine.refresh();
    return engine.up(args(config));
}

it("a key that the server adds in its answer to a write is its own", async () => {
    fake.adds = "server";
    await engine.up(args());
    expect(await refreshedUp()).toBe("unchanged");
    expect(await refreshedUp({ topics: "others" })).toBe("updated");
    expect(await refreshedUp({ topics: "others" })).toBe("unchanged");
});

it.each(["create", "update"])("a key that another user adds right after the write of a %s is removed", async (step) => {
    if (step === "update") await engine.up(args());
    fake.adds = "once";
    await engine.up(args({ topics: "others" }));
    expect(fake.connectors.get("sink")!.config).toHaveProperty("added");
    expect(await refreshedUp({ topics: "others" })).toBe("updated");
    expect(fake.connectors.get("sink")!.config).not.toHaveProperty("added");
    expect(await refreshedUp({ topics: "others" })).toBe("unchanged");
});

it("a key that comes again after a write that took it out is the server's own", async () => {
    fake.adds = "late";
    await engine.up(args());
    expect(await refreshedUp()).toBe("updated");
    expect(await refreshedUp()).toBe("unchanged");
    expect(await refreshedUp({ topics: "others" })).toBe("updated");
    expect(await refreshedUp({ topics: "others" })).toBe("unchanged");
});
