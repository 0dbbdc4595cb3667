import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetAnswers } from "../../../../packages/connector/src/checks/cachedCluster";
import { check } from "../../../../packages/connector/src/connectorProvider";
import { Engine } from "../../../support/workers/engine";
import { FakeConnect } from "../../../support/workers/fakeConnect";
import { Reply } from "../../../support/workers/faults";
import { inPlaceOfSystemClock } from "../../../support/workers/virtualClock";

const MASK = "********";

/** A worker that shows settings masked, as hosted services do. */
class MaskingConnect extends FakeConnect {
    masked: string[] = [];

    override perform(method: string, url: string, body: any): Reply {
        const reply = super.perform(method, url, body);
        if (method !== "GET" || typeof reply.body !== "string") return reply;
        const masks = (key: string, value: unknown) => (this.masked.includes(key) ? MASK : value);
        return { ...reply, body: JSON.stringify(JSON.parse(reply.body), masks) };
    }
}

let fake: MaskingConnect;
let engine: Engine;
let lines: string[];

beforeEach(async () => {
    inPlaceOfSystemClock();
    lines = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    fake = new MaskingConnect();
    engine = new Engine();
    await fake.start();
});

afterEach(async () => {
    vi.restoreAllMocks();
    await fake.stop();
});

const args = (config = {}, more = {}) => ({
    name: "sink",
    cluster: "test",
    restUrls: [fake.url],
    class: "example.Sink",
    config: { topics: "lines", ...config },
    ...more,
});
const theirs = () => fake.connectors.get("sink")!;
const password = (name: string) => ({ "db.password": `\${file:/s:${name}}` });

async function upRefusedBy(request: RegExp, given: ReturnType<typeof args>): Promise<void> {
    const message = "Connector configuration is invalid";
    fake.faultsOf.push({ request, faults: [{ kind: "answer", status: 400, message }] });
    await expect(engine.up(given)).rejects.toThrow(message);
}

describe("a masked setting", () => {
    beforeEach(() => {
        fake.masked = ["db.password"];
    });

    it("is written when its declaration changes, also after a refresh, and else not", async () => {
        await engine.up(args(password("a")));
        await engine.refresh();
        expect(await engine.up(args(password("a")))).toBe("unchanged");
        expect(await engine.up(args(password("b")))).toBe("updated");
        expect(theirs().config).toMatchObject(password("b"));
        await engine.refresh();
        expect(await engine.up(args(password("b"), { minTasks: 0 }))).toBe("updated");
        expect(fake.writes).toEqual(["POST /connectors", "PUT /connectors/sink/config"]);
        await engine.up(args());
        expect(theirs().config).not.toHaveProperty("db.password");
    });

    it("is written again when the answer to the write was lost: its effect cannot be seen", async () => {
        await engine.up(args(password("a")));
        fake.faultsOf.push({ request: /^PUT .*config$/, faults: [{ kind: "reset" }] });
        await engine.up(args(password("b")));
        expect(theirs().config).toMatchObject(password("b"));
    });

    it("is written when an update that was to write it has failed, even if the program goes back", async () => {
        await engine.up(args(password("a")));
        await upRefusedBy(/^PUT .*config$/, args(password("b"), { state: "paused" }));
        expect(engine.outputs).toMatchObject({ configDue: true, written: { config: password("a"), state: "paused" } });
        await engine.refresh();
        expect(await engine.up(args(password("b"), { state: "paused" }))).toBe("updated");
        expect(theirs().config).toMatchObject(password("b"));
        expect(engine.outputs).not.toHaveProperty("written");
        expect(await engine.up(args(password("b"), { state: "paused" }))).toBe("unchanged");
    });

    it("is overwritten by the program that adopts the connector", async () => {
        await engine.up(args(password("a")));
        await new Engine().up(args(password("b"), { adopt: true }));
        expect(theirs().config).toMatchObject(password("b"));
    });
});

it("a star is a value and no mask", async () => {
    await engine.up(args({ trusted: "*" }));
    await engine.up(args({ trusted: "com.acme" }));
    expect(theirs().config).toMatchObject({ trusted: "com.acme" });
    theirs().config = { ...theirs().config, trusted: "*" };
    await engine.refresh();
    expect(engine.outputs).toMatchObject({ config: { trusted: "*" }, written: { config: { trusted: "com.acme" } } });
    expect(await engine.up(args({ trusted: "com.acme" }))).toBe("updated");
    expect(engine.outputs).not.toHaveProperty("written");
});

it.each(["UNASSIGNED", "RESTARTING"])("a refresh while it is %s finds no difference", async (state) => {
    await engine.up(args());
    const before = { ...engine.outputs };
    theirs().state = state;
    await engine.refresh();
    expect(engine.outputs).toEqual(before);
    expect(await engine.up(args())).toBe("unchanged");
});

describe("a config that is refused", () => {
    it("is refused before the connector is paused", async () => {
        await engine.up(args());
        fake.validation = [{ value: { name: "topics", errors: ["no such thing"] } }];
        const changed = args({ topics: "others" }, { state: "paused", checkLive: false });
        await expect(engine.up(changed)).rejects.toThrow(
            'Connect refuses the config of connector "sink":\n  - topics: no such thing',
        );
        expect(fake.writes).toEqual(["POST /connectors"]);
        expect(await engine.up(args())).toBe("unchanged");
    });

    it("is refused before a connector that is adopted is paused", async () => {
        await new Engine().up(args());
        fake.validation = [{ value: { name: "topics", errors: ["no such thing"] } }];
        const changed = args({ topics: "others" }, { state: "paused", adopt: true, checkLive: false });
        await expect(engine.up(changed)).rejects.toThrow("no such thing");
        expect(fake.writes).toEqual(["POST /connectors"]);
        expect(engine.outputs).toBeUndefined();
    });

    it("leaves a state that the next up mends, when it was refused after the connector was paused", async () => {
        await engine.up(args());
        await upRefusedBy(/^PUT .*config$/, args({ topics: "others" }, { state: "paused" }));
        expect(theirs().state).toBe("PAUSED");
        expect(await engine.up(args())).toBe("updated");
        expect(theirs()).toMatchObject({ state: "RUNNING", config: { topics: "lines" } });
    });
});

it("a pause whose answer does not come is in the state", async () => {
    await engine.up(args());
    fake.faultsOf.push({
        request: /pause$/,
        faults: Array.from({ length: 90 }, () => ({ kind: "reset", done: true })),
    });
    await expect(engine.up(args({}, { state: "paused" }))).rejects.toThrow();
    expect(theirs().state).toBe("PAUSED");
    expect(await engine.up(args())).toBe("updated");
    expect(theirs().state).toBe("RUNNING");
});

it("a restart that is due after a failed adoption is due in the next up", async () => {
    fake.version = "3.6.2";
    await new Engine().up(args());
    fake.faultsOf.push({ request: /restart$/, faults: [{ kind: "answer", status: 403, message: "no" }] });
    const changed = args({ "errors.tolerance": "all" }, { adopt: true });
    await expect(engine.up(changed)).rejects.toThrow("no");
    const { length } = fake.writes;
    expect(await engine.up(changed)).toBe("updated");
    expect(fake.writes.slice(length)).toEqual([
        "POST /connectors/sink/restart",
        "POST /connectors/sink/tasks/0/restart",
    ]);
});

describe("JSON that is not Connect's", () => {
    const answers = (request: RegExp, ...bodies: string[]) =>
        fake.faultsOf.push({
            request,
            faults: Array.from({ length: 50 }, (_, i) => ({
                kind: "answer" as const,
                status: 200,
                html: bodies[i % bodies.length]!,
                done: true,
            })),
        });

    it.each<[string, RegExp, string, RegExp]>([
        ["a gateway at /", /^GET \/$/, '{"status":"UP"}', /GET \/ at http.*version and kafka_cluster_id/],
        ["no list of names", /^GET \/connectors$/, "{}", /GET \/connectors at http.*a list of names/],
        ["null for names", /^GET \/connectors$/, "null", /GET \/connectors at http.*a list of names/],
    ])("is named, and nothing is created: %s", async (_, request, body, message) => {
        answers(request, body);
        await expect(engine.up(args())).rejects.toThrow(message);
        expect(fake.writes).toEqual([]);
        expect(engine.outputs).toBeUndefined();
    });

    it.each<[string, RegExp, string]>([
        ["a connector", /^GET \/connectors\/sink$/, '{"name":"sink","config":null}'],
        ["a status", /status$/, '{"tasks":{}}'],
        ["tasks", /tasks$/, "{}"],
    ])("for %s is an error that names the request, and a deletion does not pass for done", async (_, request, body) => {
        await engine.up(args());
        answers(request, body);
        await expect(engine.up(args({ topics: "others" }))).rejects.toThrow(/at http:.*not Kafka Connect's/);
        fake.faultsOf.length = 0;
        answers(/^GET \/$/, '{"status":"UP"}');
        await expect(engine.destroy()).rejects.toThrow(/kafka_cluster_id/);
        expect(theirs()).toBeDefined();
    });

    it("in the answer to a write: whether it was done is read back", async () => {
        answers(/^(POST|PUT) \/connectors(\/sink\/config)?$/, "{}");
        await engine.up(args());
        await engine.up(args({ topics: "others" }));
        expect(theirs().config).toMatchObject({ topics: "others" });
    });

    it("is a warning at preview, for plugins and validations too", async () => {
        for (const request of [/^GET \/$/, /connector-plugins\?/, /validate$/]) {
            forgetAnswers();
            fake.faultsOf.length = 0;
            answers(request, "null");
            await check(undefined, args());
        }
        expect(lines).toHaveLength(3);
        lines.forEach((line) => expect(line).toContain("no worker checked its config"));
        lines.slice(0, 2).forEach((line) => expect(line).toContain("not Kafka Connect's"));
    });
});

it("401 is reported at preview", async () => {
    fake.faultsOf.push({ request: /^GET \/$/, faults: [{ kind: "answer", status: 401, html: "" }] });
    await check(undefined, args());
    expect(lines.join()).toMatch(/no worker checked its config: http.*401.*set auth\.basic/);
});

it("credentials that go over http:// to another machine are a warning, where they are new", async () => {
    const auth = { basic: { username: "u", password: "hunter-22" } };
    const elsewhere = args({}, { restUrls: ["http://192.0.2.1:8083"], auth, checkLive: false });
    await check(undefined, elsewhere);
    await check(elsewhere, elsewhere);
    await check(undefined, args({}, { auth, checkLive: false }));
    expect(lines).toEqual([expect.stringContaining("auth is sent over http://")]);
});

it("a version that a lost answer left unknown is known after a refresh", async () => {
    fake.faultsOf.push({ request: /^GET \/connector-plugins$/, faults: [{ kind: "hang" }] });
    await engine.up(args());
    Object.assign(engine.outputs!, { version: "unknown" });
    await engine.refresh();
    expect(engine.outputs).toMatchObject({ version: "1" });
});

it("one user's answers are not used for another user", async () => {
    const seen = vi.spyOn(fake, "perform");
    const engines = await Promise.all(
        ["a", "b"].map(async (username) => {
            const one = new Engine();
            await one.up({ ...args(), name: username, auth: { basic: { username, password: "p" } } });
            return one;
        }),
    );
    seen.mockClear();
    for (const one of engines) await one.refresh();
    const lists = seen.mock.calls.filter(([, url]) => url.includes("expand=info"));
    expect(lists).toHaveLength(2);
});
