import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openConnectors } from "../../../../packages/connector/src/inputs/openConnectors";
import { readStatus } from "../../../../packages/connector/src/lifecycle/sharedStatus";
import { Engine } from "../../../support/workers/engine";
import { FakeConnect } from "../../../support/workers/fakeConnect";
import { inPlaceOfSystemClock, type virtualClock } from "../../../support/workers/virtualClock";

const LIST = "GET /connectors?expand=info&expand=status";
const STATUSES = "GET /connectors?expand=status";
const NAMES = Array.from({ length: 8 }, (_, i) => `sink-${i}`);

let fake: FakeConnect;
let clock: ReturnType<typeof virtualClock>;

beforeEach(async () => {
    clock = inPlaceOfSystemClock();
    fake = new FakeConnect();
    await fake.start();
});

afterEach(async () => {
    vi.restoreAllMocks();
    await fake.stop();
});

const args = (name: string, restUrls = [fake.url]) => ({
    name,
    cluster: "shared",
    restUrls,
    class: "example.Sink",
    config: { topics: "lines" },
});

async function created(restUrls?: string[]): Promise<Engine[]> {
    const engines = NAMES.map(() => new Engine());
    await Promise.all(engines.map((engine, i) => engine.up(args(NAMES[i]!, restUrls))));
    fake.requests = [];
    return engines;
}

const lists = () => fake.requests.filter((request) => request === LIST).length;

it("a refresh asks for one list, however long it takes and whichever URL comes first", async () => {
    const engines = await created();
    for (const [i, engine] of engines.entries()) {
        await engine.refresh();
        const restUrls = i % 2 ? [fake.url, "http://127.0.0.1:9"] : ["http://127.0.0.1:9", fake.url];
        Object.assign(engine.outputs!, { restUrls });
        clock.nowMs += 20_000;
    }
    await Promise.all(engines.map((engine) => engine.refresh()));
    expect(lists()).toBe(1);
});

it("a list is not used for what is asked after a write, nor in the next refresh", async () => {
    const [first, second] = (await created()) as [Engine, Engine];
    await first.refresh();
    await first.up({ ...args(NAMES[0]!), state: "paused" });
    await first.refresh();
    expect(first.outputs!["state"]).toBe("paused");
    await second.refresh();
    expect(lists()).toBe(2);
    clock.nowMs += 60_000;
    await second.refresh();
    expect(lists()).toBe(3);
});

it("operations that wait at the same time share one request; a single one requests its own connector", async () => {
    await created();
    const open = (name: string) =>
        openConnectors({ ...args(name), secrets: {} }, { limitSeconds: 10, silenceSeconds: 5 });
    const looks = await Promise.all(NAMES.map((name) => readStatus(open(name), name)));
    expect(looks.map((status) => status?.name)).toEqual(NAMES);
    expect(fake.requests).toEqual([STATUSES]);
    fake.requests = [];
    await readStatus(open("sink-1"), "sink-1");
    expect(fake.requests).toEqual(["GET /connectors/sink-1/status"]);
});
