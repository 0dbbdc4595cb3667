import { AddressInfo, createServer, Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetAnswers } from "../../../../packages/connector/src/checks/cachedCluster";
import { check, create, diff } from "../../../../packages/connector/src/connectorProvider";
import { checkInputs } from "../../../../packages/connector/src/inputs/checkInputs";
import { forgetProgram } from "../../../../packages/connector/src/provider/declaredConnectors";
import { FakeConnect } from "../../../support/workers/fakeConnect";

const COUNT = 300;
const SOURCE = "io.debezium.connector.postgresql.PostgresConnector";
const LIST = "GET /connectors?expand=info";
const VALIDATE = `PUT /connector-plugins/${SOURCE}/config/validate`;

let fake: FakeConnect;
let lines: string[];

beforeEach(async () => {
    fake = new FakeConnect();
    fake.plugin = SOURCE;
    await fake.start();
    forgetAnswers();
    forgetProgram();
    lines = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
});

afterEach(async () => {
    vi.restoreAllMocks();
    await fake.stop();
});

/** A source with a slot of its own, whose offsets go at its deletion. */
const source = (i: number, more: Record<string, unknown> = {}) => ({
    name: `source-${i}`,
    cluster: "c",
    restUrls: [fake.url],
    class: SOURCE,
    onDelete: { offsets: "reset" },
    config: {
        "database.hostname": "db",
        "database.port": "5432",
        "slot.name": `slot_${i}`,
        "topic.prefix": `prefix_${i}`,
    },
    ...more,
});
const sources = (count: number, more: Record<string, unknown> = {}) =>
    Array.from({ length: count }, (_, i) => source(i, more));

/** The checks of a preview, as the engine makes them: one after the other. */
async function checkAll(connectors: Record<string, unknown>[], olds?: Record<string, unknown>): Promise<string[]> {
    const reasons: string[] = [];
    for (const news of connectors) {
        const { failures } = await check(olds && checkInputs({ ...news, ...olds }).inputs, news);
        reasons.push(...failures.map(({ reason }) => reason));
    }
    return reasons;
}

/** How often each request came. */
function counted(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const request of fake.requests.splice(0)) counts[request] = (counts[request] ?? 0) + 1;

    return counts;
}

describe(`${COUNT} connectors of one cluster`, () => {
    it("are not validated while they do not change", async () => {
        for (const news of sources(COUNT)) {
            const olds = checkInputs(news).inputs as any;
            const { inputs } = await check(olds, news);
            expect((await diff("", olds, inputs as any)).changes).toBe(false);
        }
        expect(counted()).toEqual({});
    });

    it("are validated one by one when they are new, and all other requests are sent once", async () => {
        expect(await checkAll(sources(COUNT))).toEqual([]);
        const once = { "GET /": 1, "GET /connector-plugins?connectorsOnly=false": 1, [LIST]: 1 };
        expect(counted()).toEqual({ ...once, [VALIDATE]: COUNT });
        await checkAll(sources(2), { onDelete: undefined });
        expect(counted()).toEqual({});
    });

    it("are validated separately for each user", async () => {
        const auth = (username: string) => ({ auth: { basic: { username, password: "p" } } });
        await checkAll([...sources(2, auth("a")), ...sources(2, auth("b"))]);
        expect(counted()).toMatchObject({ "GET /": 2, [LIST]: 2 });
    });
});

describe("behind a worker that hangs", () => {
    let hanging: Server;
    let url: string;

    beforeEach(async () => {
        hanging = createServer();
        await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
    });

    afterEach(() => {
        hanging.close();
    });

    it("new connectors are checked in a few seconds, and the first one lists what was not checked", async () => {
        const startMs = performance.now();
        expect(await checkAll(sources(COUNT, { restUrls: [url] }))).toEqual([]);
        expect(performance.now() - startMs).toBeLessThan(8000);
        expect(lines).toEqual([
            expect.stringMatching(/source-0": no worker checked its config: no answer from http.* not repeated/),
            expect.stringMatching(/source-0": it was not checked whether another connector has its slot/),
        ]);
    });

    it("validations that hang take a few seconds in all", async () => {
        fake.faultsOf.push({ request: /validate$/, faults: Array.from({ length: 20 }, () => ({ kind: "hang" })) });
        const startMs = performance.now();
        await checkAll(sources(20));
        expect(performance.now() - startMs).toBeLessThan(8000);
        expect(lines).toEqual([
            expect.stringContaining('"source-0": no worker checked its config: no answer within 5 s'),
            expect.stringContaining('"source-1": no worker checked its config: no answer within 1 s'),
            expect.stringMatching(/"source-2": .*: the checks of this run have already waited 6 s.* not repeated/),
        ]);
    });
});

describe("sources that share a slot", () => {
    const shares = /config\["slot.name"\] is also that of connector "source-0" of this cluster/;

    it("are found within one program", async () => {
        const [first, second] = [source(0), source(1, { config: source(0).config })];
        expect((await checkAll([first, second])).join()).toMatch(shares);
    });

    it("are found before the second one is created, when no worker answered at the check", async () => {
        fake.perform("POST", "/connectors", {
            name: "source-0",
            config: { "connector.class": SOURCE, ...source(0).config },
        });
        const news = source(1, { config: source(0).config });
        fake.faultsOf.push({ request: /expand=info$/, faults: [{ kind: "reset" }] });
        const { inputs, failures } = await check(undefined, news);
        expect(failures).toEqual([]);
        expect(lines).toEqual([expect.stringContaining('"pulumi up" checks it before it creates the connector')]);
        await expect(create(inputs as any)).rejects.toThrow(shares);
        expect(fake.writes).toEqual([]);
    });
});
