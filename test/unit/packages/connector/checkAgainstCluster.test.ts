import { AddressInfo, createServer, Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetAnswers } from "../../../../packages/connector/src/checks/cachedCluster";
import { checkAgainstCluster } from "../../../../packages/connector/src/checks/checkAgainstCluster";
import { checkInputs } from "../../../../packages/connector/src/inputs/checkInputs";
import { ConnectorInputs } from "../../../../packages/connector/src/inputs/connectorInputs";
import { UNKNOWN } from "../../../../packages/connector/src/inputs/unknown";
import { FakeConnect } from "../../../support/workers/fakeConnect";

let fake: FakeConnect;
let lines: string[];

beforeEach(async () => {
    fake = new FakeConnect();
    await fake.start();
    forgetAnswers();
    lines = [];
});

afterEach(() => fake.stop());

const VALIDATE = "PUT /connector-plugins/example.Sink/config/validate";
const given = (more: Record<string, unknown> = {}) => ({
    name: "sink",
    cluster: "c",
    restUrls: [fake.url],
    class: "example.Sink",
    config: { topics: "lines", "batch.size": "10" },
    ...more,
});

/** What a check finds, as the resource's `check` does it. */
async function check(news: Record<string, unknown>, olds?: Record<string, unknown>): Promise<string[]> {
    const { inputs, problems } = checkInputs(news);
    const before = olds && (checkInputs(olds).inputs as Partial<ConnectorInputs>);
    const found = await checkAgainstCluster(before, inputs, problems, (line) => lines.push(line));
    expect(inputs).not.toHaveProperty("checkLive");
    return found.map(({ reason }) => reason);
}

/** A worker's answer on one setting. */
function answerOn(name: string, type: string, ...errors: string[]): unknown {
    return { definition: { name, type }, value: { name, errors } };
}

describe("a new config", () => {
    it("is validated by the worker with three requests; a valid config has no problem", async () => {
        fake.validation = [answerOn("topics", "LIST"), answerOn("batch.size", "INT")];
        expect(await check(given())).toEqual([]);
        expect(fake.requests.sort()).toEqual(["GET /", "GET /connector-plugins?connectorsOnly=false", VALIDATE]);
        expect(lines).toEqual([]);
    });

    it.each([
        ["2.8.2", "paused", 1],
        ["3.6.2", "stopped", 1],
        ["3.6.2", "running", 0],
        ["3.7.0", "stopped", 0],
        // refused, then: it never runs
        ["3.4.1", "stopped", 0],
    ])("for workers of %s, created %s: %i warnings that it runs for a moment", async (version, state, count) => {
        fake.version = version;
        expect(await check(given({ state }))).toEqual([]);
        expect(lines).toHaveLength(count);
        const text = `connector "sink": it runs for a moment before it is ${state}: ${fake.url} runs Kafka Connect ${version}`;
        lines.forEach((line) => expect(line).toContain(text));
        lines = [];
        await check(given({ state, tasksMax: 2 }), given({ state }));
        expect(lines).toEqual([]);
    });

    it("has all its problems reported at once, each with its property", async () => {
        fake.validation = [
            answerOn("topics", "LIST"),
            answerOn("batch.size", "INT", "Invalid value ten for configuration batch.size: Not a number of type INT"),
            answerOn("jms.host", "STRING", 'Missing required configuration "jms.host" which has no default value.'),
            answerOn("tasks.max", "INT", "Value must be at least 1"),
            answerOn("key", "PASSWORD"),
        ];
        const config = { topics: "lines", "batch.size": "ten", "jms.hst": "a", key: "hunter2" };
        expect(await check(given({ config, state: "on" }))).toEqual([
            'state is "on"; it must be running, paused or stopped',
            expect.stringMatching(/^config\["batch.size"\]: Connect reports: .*Not a number of type INT$/),
            expect.stringMatching(/^config\["jms.host"\]: Connect reports: Missing required configuration/),
            "tasksMax: Connect reports: Value must be at least 1",
            expect.stringMatching(/^config\["key"\] is a plain-text password/),
            expect.stringMatching(/^config\["jms.hst"\] is not a setting .*did you mean jms.host\?/),
        ]);
    });

    it("gives a warning where it may be valid when the connector is written", async () => {
        fake.validation = [answerOn("batch.size", "INT"), answerOn("topics", "LIST", "Connection to db:5432 refused.")];
        const config = { topics: "lines", "batch.size": "10", "quite.another": "1" };
        expect(await check(given({ config }))).toEqual([]);
        expect(lines).toEqual([
            expect.stringMatching(
                /^warning: connector "sink": config\["topics"\]: Connect reports: .* refused\..*may be valid/,
            ),
            expect.stringMatching(/config\["quite.another"\] is not a setting of the connector/),
        ]);
    });

    it("shows none of its secrets", async () => {
        fake.validation = [
            answerOn("topics", "LIST", "cannot reach x as hunter2"),
            answerOn("batch.size", "INT", "hunter2 is odd"),
        ];
        const reasons = await check(given({ secrets: { p: "hunter2" } }));
        expect(reasons).toHaveLength(2);
        expect([...reasons, ...lines].join()).not.toContain("hunter2");
    });

    it("does not send a plain-text password to the worker", async () => {
        let body = "";
        const perform = fake.perform.bind(fake);
        fake.perform = (method, url, sent) => {
            body += JSON.stringify(sent ?? "");
            return perform(method, url, sent);
        };
        expect(await check(given({ config: { "my.password": "hunter2" } }))).toHaveLength(1);
        expect(body).toContain("my.password");
        expect(body).not.toContain("hunter2");
    });

    it("may have a password in sensitiveConfig, which the worker gets and no message shows", async () => {
        fake.validation = [answerOn("my.password", "PASSWORD", "hunter2 is too short"), answerOn("topics", "LIST")];
        const sensitiveConfig = { "my.password": "hunter2" };
        expect(await check(given({ config: { topics: "a" }, sensitiveConfig }))).toEqual([
            'sensitiveConfig["my.password"]: Connect reports: [hidden] is too short',
        ]);
        expect(await check(given({ sensitiveConfig: UNKNOWN }))).toEqual([]);
    });

    it("may have a setting that is not a password by its definition, though its name looks so", async () => {
        fake.validation = [answerOn("name.of.secret", "STRING")];
        expect(await check(given({ config: { "name.of.secret": "a" } }))).toEqual([]);
        fake.validation = [answerOn("name.of.secret", "PASSWORD")];
        expect(await check(given({ config: { "name.of.secret": "a" } }))).toHaveLength(1);
    });

    it.each<[string, Record<string, unknown>]>([
        ["addresses", { restUrls: UNKNOWN }],
        ["an address", { restUrls: [UNKNOWN] }],
        ["a setting", { config: { topics: UNKNOWN } }],
        ["the class", { class: UNKNOWN }],
    ])("is not validated while %s is not known", async (_, unknown) => {
        expect(await check(given(unknown))).toEqual([]);
        expect(fake.requests).toEqual([]);
    });

    it("is not validated with checkLive: false", async () => {
        expect(await check(given({ checkLive: false }))).toEqual([]);
        expect(await check(given({ checkLive: "no" }))).toEqual(['checkLive is "no"; it must be true or false']);
        expect(fake.requests).toEqual([]);
    });
});

describe("an unchanged config", () => {
    it("is not validated, whatever else changes", async () => {
        const news = given({ state: "paused", secrets: { p: "new" }, restUrls: ["http://127.0.0.1:1", fake.url] });
        expect(await check(news, given())).toEqual([]);
        expect(fake.requests).toEqual([]);
    });

    it("that was accepted with a value that looks like a password stays accepted", async () => {
        const same = given({ config: { "name.of.secret": "a" } });
        expect(await check(same, same)).toEqual([]);
    });

    it.each<[string, Record<string, unknown>]>([
        ["while its addresses are not known", { restUrls: UNKNOWN }],
        ["with checkLive: false", { checkLive: false }],
        ["with another setting", { config: { "name.of.secret": "a", "batch.size": "1" }, restUrls: UNKNOWN }],
    ])("stays accepted, too, %s", async (_, more) => {
        const same = given({ config: { "name.of.secret": "a" } });
        expect(await check({ ...same, ...more }, same)).toEqual([]);
        expect(await check({ ...same, ...more, class: "example.Other" }, same)).toHaveLength(1);
    });

    it("is a changed one with another class, or another number of tasks", async () => {
        await check(given({ tasksMax: 2 }), given());
        expect(fake.requests).toContain(VALIDATE);
    });
});

describe("without an answer from the worker", () => {
    it("there is no warning where none listens: the same run may start it", async () => {
        const closed = fake.url;
        await fake.stop();
        expect(await check(given({ restUrls: [closed] }))).toEqual([]);
        expect(lines).toEqual([]);
    });

    it("the next worker is asked", async () => {
        fake.validation = [answerOn("topics", "LIST", "Not a list")];
        expect(await check(given({ restUrls: ["http://127.0.0.1:1", fake.url] }))).toHaveLength(1);
    });

    it("a class that it does not have is a warning, with the nearest one", async () => {
        expect(await check(given({ class: "example.Snk" }))).toEqual([]);
        expect(lines.join()).toMatch(/has no class example\.Snk\. did you mean example\.Sink\?/);
    });

    it.each([
        ["500", { kind: "answer", status: 500, message: "hunter2" } as const, /the worker answers 500/],
        ["a page of a proxy", { kind: "answer", status: 502, html: "<p>" } as const, /no worker checked its config/],
        ["a connection that breaks", { kind: "reset" } as const, /no worker checked its config/],
    ])("%s is a warning", async (_, fault, text) => {
        fake.faultsOf.push({ request: /validate$/, faults: [fault] });
        expect(await check(given())).toEqual([]);
        expect(lines.join()).toMatch(text);
        expect(lines.join()).not.toContain("hunter2");
    });

    it("the answer of 3.6 and before for a sink without topics is a problem", async () => {
        const message = "Must configure one of topics or topics.regex";
        fake.faultsOf.push({ request: /validate$/, faults: [{ kind: "answer", status: 500, message }] });
        expect(await check(given())).toEqual([`config["topics"]: Connect reports: ${message}`]);
    });

    describe("from a worker that accepts the request only", () => {
        let hanging: Server;

        beforeEach(async () => {
            hanging = createServer();
            await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
        });

        afterEach(() => {
            hanging.close();
        });

        it("the check ends with a warning", async () => {
            const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
            expect(await check(given({ restUrls: [url] }))).toEqual([]);
            expect(lines).toEqual([expect.stringContaining(`no answer from ${url}`)]);
        });
    });

    it("a validation that hangs, as with a database that hangs, ends with a warning", async () => {
        fake.faultsOf.push({ request: /validate$/, faults: [{ kind: "hang" }] });
        expect(await check(given())).toEqual([]);
        expect(lines).toEqual([expect.stringContaining("no answer within 5 s")]);
    });
});
