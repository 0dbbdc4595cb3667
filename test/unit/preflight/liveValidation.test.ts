import { AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HIDDEN } from "../../../config/problem";
import type { Definitions } from "../../../images/staging/contract";
import { readConnectorConfigs } from "../../../packages/connector/src/client/readConnectorConfigs";
import { Planned, validateByWorker } from "../../../preflight/liveValidation";
import { FakeConnect } from "../../support/workers/fakeConnect";

let fake: FakeConnect;

beforeEach(async () => {
    fake = new FakeConnect();
    await fake.start();
    fake.validation = [
        {
            definition: { name: "size", type: "INT" },
            value: { name: "size", errors: ["Size and shape exclude each other"] },
        },
    ];
});

afterEach(() => fake.stop());

const size = { name: "size", type: "INT", required: false };
const plugin = { class: "example.Sink", type: "sink", version: "1", config: [size] };
/** As staging writes them, less what is not read. */
const definitions = (...plugins: object[]) => ({ plugins }) as Definitions;
const planned = (more: Partial<Planned> = {}): Planned => ({
    kafkaVersion: "3.9.2",
    definitions: definitions(plugin),
    known: [],
    ...more,
});
const sink = (more: Record<string, string> = {}) => ({
    name: "s",
    config: { name: "s", "connector.class": "example.Sink", "tasks.max": "1", size: "1", ...more },
});
const validations = () => fake.requests.filter((request) => request.endsWith("/validate")).length;

describe("a worker of the program's own version and plugins", () => {
    it("adds its problems to the known ones", async () => {
        const { problems, notes } = await validateByWorker(fake.url, [sink()], planned());
        expect(notes).toEqual([]);
        expect(problems).toEqual([
            {
                path: "connectors.s.config.size",
                value: "1",
                rule: "Connect reports: Size and shape exclude each other",
                remedy: "correct it",
            },
        ]);
    });

    it("warns of what may pass", async () => {
        fake.validation = [{ definition: size, value: { name: "size", errors: ["Connection to db refused"] } }];
        const { problems } = await validateByWorker(fake.url, [sink()], planned());
        expect(problems).toMatchObject([{ warning: true, rule: expect.stringContaining("Connection to db refused") }]);
    });

    it("gets no plain-text password", async () => {
        let body = "";
        const perform = fake.perform.bind(fake);
        fake.perform = (method, url, sent) => {
            body += JSON.stringify(sent ?? "");
            return perform(method, url, sent);
        };
        const known = [{ path: "connectors.s.config.pass", value: HIDDEN, rule: "", remedy: "" }];
        await validateByWorker(fake.url, [sink({ pass: "hunter2" })], planned({ known }));
        expect(body).toContain("pass");
        expect(body).not.toContain("hunter2");
    });

    it("is asked about many connectors, several at a time", async () => {
        const { problems } = await validateByWorker(
            fake.url,
            Array.from({ length: 12 }, () => sink()),
            planned(),
        );
        expect([problems.length, validations()]).toEqual([12, 12]);
    });

    it("that hangs in a validation is named in a note", async () => {
        fake.faultsOf.push({ request: /validate$/, faults: [{ kind: "hang" }] });
        const { problems, notes } = await validateByWorker(fake.url, [sink()], planned());
        expect(problems).toEqual([]);
        expect(notes).toEqual(["not checked by a live worker: s (no answer within 5 s)"]);
    });
});

describe("a worker of another version or plugin is not asked, or its answer is ignored", () => {
    const transform = { class: "example.Cut", type: "transformation", version: "2", config: [] };
    it.each<[string, Partial<Planned>, Record<string, string>, number]>([
        ["another Kafka", { kafkaVersion: "3.9.3" }, {}, 0],
        ["another version of the connector", { definitions: definitions({ ...plugin, version: "2" }) }, {}, 0],
        [
            "no such connector",
            { definitions: definitions({ ...plugin, class: "example.New" }) },
            { "connector.class": "example.New" },
            0,
        ],
        [
            "no such transform",
            { definitions: definitions(plugin, transform) },
            { transforms: "cut", "transforms.cut.type": "example.Cut" },
            0,
        ],
        [
            "other settings under the same version",
            { definitions: definitions({ ...plugin, config: [size, { ...size, name: "new" }] }) },
            {},
            1,
        ],
        [
            "a setting's other type",
            { definitions: definitions({ ...plugin, config: [{ ...size, type: "LONG" }] }) },
            {},
            1,
        ],
    ])("%s", async (_, more, config, asked) => {
        expect(await validateByWorker(fake.url, [sink(config)], planned(more))).toEqual({ problems: [], notes: [] });
        expect(validations()).toBe(asked);
    });
});

describe("the connectors of a cluster", () => {
    const LIMIT_MS = 2000;

    it("has the configs of the first worker that answers", async () => {
        fake.perform("POST", "/connectors", { name: "a", config: { name: "a", x: "1" } });
        const read = await readConnectorConfigs(["http://127.0.0.1:1", fake.url], LIMIT_MS);
        expect(read).toEqual({ restUrl: fake.url, configs: { a: { name: "a", x: "1" } } });
        expect(fake.requests).toEqual(["GET /connectors?expand=info"]);
    });

    it("sees that nothing listens", async () => {
        expect(await readConnectorConfigs(["http://127.0.0.1:1"], LIMIT_MS)).toEqual({
            restUrl: undefined,
            hung: false,
        });
    });

    it("skips a worker that hangs, and reports when there is no other", async () => {
        const hanging = createServer();
        await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
        const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
        expect(await readConnectorConfigs([url], LIMIT_MS)).toEqual({ restUrl: undefined, hung: true });
        expect(await readConnectorConfigs([url, fake.url], 10 * LIMIT_MS)).toMatchObject({ restUrl: fake.url });
        hanging.close();
    });
});
