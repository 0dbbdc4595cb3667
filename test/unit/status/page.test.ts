import { createHash } from "node:crypto";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { findingsOf } from "../../../status/findings/findings";
import { html } from "../../../status/page/html";
import { type PageState, renderFragment, renderPage, securityPolicy } from "../../../status/page/page";
import { countsOf } from "../../../status/rates";
import type { Answer, PlatformSnapshot } from "../../../status/snapshot";
import { connector } from "./smallSnapshots";
import { healthyPlatform, no, ok, queue, silentPlatform, topic } from "./snapshots";

const assets = { style: "body { color: red }", script: "1 < 2 && poll();" };

function stateOf(snapshot: PlatformSnapshot, more: Partial<PageState> = {}): PageState {
    const status = { snapshot, findings: findingsOf(snapshot), history: [countsOf(snapshot)] };
    return { stack: snapshot.stack, status, now: snapshot.takenAt + 3000, ...more };
}

const fragmentOf = (snapshot: PlatformSnapshot) => renderFragment(stateOf(snapshot));

/** The page is written so that an XML parser can read its changing part; it throws for every syntax error. */
function elementsOf(markup: string): { name: string; attributes: Record<string, string> }[] {
    const elements: { name: string; attributes: Record<string, string> }[] = [];
    const parser = new SaxesParser();
    parser.on("opentag", ({ name, attributes }) => elements.push({ name, attributes }));
    parser.write(markup).close();
    return elements;
}

/** Text without markup, with single spaces. */
function textOf(markup: string): string {
    return markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

describe("html", () => {
    it("escapes values, keeps HTML, and omits empty values", () => {
        const list = [html`<b>${'<&"'}</b>`, undefined, false as const, "'", 3];
        expect(html`<p title="${'"><script>'}">${list}</p>`.text).toBe(
            '<p title="&quot;&gt;&lt;script&gt;"><b>&lt;&amp;&quot;</b>&#39;3</p>',
        );
    });
});

describe("the page", () => {
    it.each([1, 3])("shows every member, connector, task, topic and queue of %i of each role", (members) => {
        const snapshot = healthyPlatform(members);
        expect(findingsOf(snapshot)).toEqual([]);
        const text = textOf(fragmentOf(snapshot));
        const all = [...snapshot.zookeeper, ...snapshot.kafka, ...snapshot.connect];
        expect(all).toHaveLength(3 * members);
        const wanted = [
            ...all.flatMap(({ name, address }) => [name, address]),
            ...["dbz_source", "dbz-source", "json-jms-sink", "xml-jms-sink", "CustomersJSON", "CustomersXML"],
            ...["localhost.cdc.customers", "__consumer_offsets", "12,345", "56 B", "16.0 MiB", "3.8.6", "3.9.2"],
            ...["3 of 3 tasks running", `${3 * members} of ${3 * members} answer`, "controller"],
        ];
        expect(wanted.filter((part) => !text.includes(part))).toEqual([]);
    });

    it("shows the schema registry where the stack runs one", () => {
        expect(textOf(fragmentOf(healthyPlatform()))).not.toContain("Schema registry");
        const registry = (answer: Answer<{ subjects: number }>) =>
            textOf(
                fragmentOf({
                    ...healthyPlatform(),
                    registry: [{ name: "registry-0", address: "127.0.0.1:8081", answer }],
                }),
            );
        const well = registry(ok({ subjects: 2 }));
        expect(well).toMatch(/Schema registry 1 of 1 registry-0 ok 127\.0\.0\.1:8081 · 2 subjects/);
        expect(well).toContain("10 of 10 answer");
        const silent = registry(no("refused"));
        expect(silent).toMatch(/Schema registry 0 of 1 registry-0 no answer refused/);
        expect(silent).toContain("9 of 10 answer");
    });

    it("shows that all is well, without a list of findings", () => {
        const text = textOf(fragmentOf(healthyPlatform()));
        expect(text).toContain("All is well");
        expect(text).not.toContain("Findings");
        expect(renderPage(stateOf(healthyPlatform()), assets)).toContain(
            "<title>All is well – dev – connect-cdc</title>",
        );
    });

    it("puts findings with their remedies on top, and the trace of a failed task behind its cause", () => {
        const failed = connector("json-jms-sink", ["FAILED"]);
        const snapshot = { ...healthyPlatform(), connectors: ok([failed]) };
        const markup = fragmentOf(snapshot);
        const [finding] = findingsOf(snapshot);
        expect(textOf(markup)).toContain("1 wrong");
        expect(markup.indexOf("Findings")).toBeLessThan(markup.indexOf("Pipeline"));
        expect(textOf(markup)).toContain(`${finding?.subject} ${finding?.text}`);
        expect(textOf(markup)).toMatch(/remove the cause, then restart: curl/);
        expect(markup).toMatch(/<summary>PSQLException: no such slot<\/summary>\s*<pre[^>]*>PSQLException/);
    });

    it("shows the error of each part of a platform where nothing answers", () => {
        const text = textOf(fragmentOf(silentPlatform()));
        expect(text).toContain("0 of 9 answer");
        expect(text.match(/no answer/g)?.length).toBeGreaterThanOrEqual(9 + 5);
        expect(text).toContain("No worker answers: no worker answers");
        expect(text).toContain("No broker answers: no broker answers");
    });

    it("shows the time of the last snapshot and its age", () => {
        expect(fragmentOf(healthyPlatform())).toMatch(/<time datetime="2026-01-01T00:00:00.000Z">[\d:]{8}<\/time>/);
        expect(textOf(fragmentOf(healthyPlatform()))).toContain("3 s ago");
    });

    it("shows since when no snapshot can be taken, with or without an earlier one", () => {
        const failure = { since: Date.UTC(2026, 0, 1), error: "<no> memory" };
        const text = textOf(renderFragment(stateOf(healthyPlatform(), { failure })));
        expect(text).toMatch(/No answer since [\d:]{8}\. &lt;no&gt; memory\. The page shows the last snapshot/);
        expect(text).toContain("kafka-2");
        expect(textOf(renderFragment({ stack: "dev", failure, now: 0 }))).toMatch(/No answer since/);
    });

    it("escapes all text from servers", () => {
        const evil = `"><img src=x onerror=alert(1)></pre><script>alert(2)</script>'`;
        const snapshot: PlatformSnapshot = {
            ...healthyPlatform(),
            stack: evil,
            kafka: [{ name: evil, address: evil, answer: no(evil) }],
            connectors: ok([
                connector(evil, ["FAILED"], {
                    topics: [evil],
                    queue: evil,
                    worker: evil,
                    type: evil,
                    state: evil,
                    trace: evil,
                    cause: evil,
                }),
            ]),
            missingConnectors: [evil],
            jmsBroker: { address: evil, answer: ok({ queues: [queue(evil)], missingQueues: [evil] }) },
        };
        snapshot.kafkaCluster = ok({
            clusterId: evil,
            controllerId: 0,
            brokers: [],
            topics: [topic(evil, 1, 1, evil, 1)],
            underReplicated: [],
        });
        const state = stateOf(snapshot, { failure: { since: 0, error: evil } });
        const names = elementsOf(renderFragment(state)).map(({ name }) => name);
        expect(names).toContain("details");
        expect(
            names.filter((name) => ["img", "script", "style", "iframe", "a", "link", "form"].includes(name)),
        ).toEqual([]);
        expect(renderPage(state, assets).match(/<script/g)).toHaveLength(1);
    });

    it("has no element whose id another one has, no handlers and no styles of its own", () => {
        const elements = elementsOf(fragmentOf(healthyPlatform()));
        const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
        expect(new Set(ids).size).toBe(ids.length);
        const attributes = elements.flatMap(({ attributes }) => Object.keys(attributes));
        expect(attributes.filter((name) => name.startsWith("on") || name === "style" || name === "href")).toEqual([]);
    });

    it("allows its own style and script, and nothing else", () => {
        const page = renderPage(stateOf(healthyPlatform()), assets);
        const hash = (text: string) => createHash("sha256").update(text).digest("base64");
        const inside = (tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page)?.[1] ?? "";
        const policy = securityPolicy(assets);
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain(`style-src 'sha256-${hash(inside("style"))}'`);
        expect(policy).toContain(`script-src 'sha256-${hash(inside("script"))}'`);
        expect(policy).not.toContain("unsafe");
        expect(page.match(/https?:\/\/(?!127\.0\.0\.1)[^"\s<]*/g)).toBeNull();
    });

    it("loads again by itself without JavaScript", () => {
        expect(renderPage(stateOf(healthyPlatform()), assets)).toMatch(
            /<noscript>\s*<meta http-equiv="refresh" content="\d+"\s*\/>\s*<\/noscript>/,
        );
    });
});
