import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { platformTarget, type StackOutputs } from "../../cli/stack/stackOutputs";
import { startStatusServer, type StatusServer } from "../../status/statusServer";
import { CustomersTable } from "../support/rows/rows";
import { openBrowser, openPage, type WatchedPage } from "../support/stack/browser";
import { sharedStack } from "../support/stack/sharedStack";

const stack = sharedStack();
const topic = "localhost.cdc.customers";
let outputs: StackOutputs;
let server: StatusServer;
let browser: Browser;
let watched: WatchedPage;

beforeAll(async () => {
    outputs = await stack.outputs();
    server = await startStatusServer(platformTarget(stack.handle.name, outputs), { port: 0, intervalSeconds: 1 });
    browser = await openBrowser();
    watched = await openPage(browser, server.url);
});

afterAll(async () => {
    await browser?.close();
    await server?.close();
});

/** Text of the page as a reader sees it. */
const textOf = (page: Page) => page.locator("main").innerText();

/** Records of the captured topic, as its row shows them. */
async function recordsOf(page: Page): Promise<number> {
    const cells = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: topic, exact: true }) });
    return Number((await cells.getByRole("cell").nth(1).innerText()).replaceAll(",", ""));
}

async function put(connector: string, action: string): Promise<void> {
    const answer = await fetch(`${outputs.restUrls[0]}/connectors/${connector}/${action}`, { method: "PUT" });
    expect(answer.status).toBe(202);
}

describe("the status page in a browser", () => {
    it("shows every member, connector and task, and no problem", async () => {
        const { page } = watched;
        await page.getByText("All is well").waitFor();
        const members = ["zookeeper", "kafka", "connect"].flatMap((role) => [0, 1, 2].map((i) => `${role}-${i}`));
        for (const name of members) expect(await page.locator(`#member-${name}`).innerText(), name).toMatch(/healthy/);

        for (const name of Object.keys(outputs.connectors)) {
            const row = page.getByRole("rowheader", { name: new RegExp(`^${name} `) });
            expect(await row.count(), name).toBe(1);
            expect(await page.locator(`[id="task-${name}/0"]`).innerText(), name).toMatch(
                /task 0\s+running\s+connect-\d/,
            );
        }
        expect(await textOf(page)).toContain("9 of 9 answer");
    });

    it("moves a topic's counter and curve when rows come, without being loaded again", async () => {
        const { page } = watched;
        await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
        await page.locator("#plugins summary").click();
        const before = await recordsOf(page);
        const table = await CustomersTable.open(outputs);
        await table.insertRandom(7);
        await table.close();
        // The end of a transaction has an offset, too
        await expect.poll(() => recordsOf(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 7);
        const node = page.locator("#flow .node", { hasText: topic });
        await expect.poll(() => node.locator(".spark .line").count(), { timeout: 20_000 }).toBe(1);
        await expect.poll(() => page.locator("#flow .way.flowing").count(), { timeout: 20_000 }).toBeGreaterThan(0);
        expect(await page.evaluate(() => (globalThis as any).isSamePage)).toBe(true);
        expect(await page.locator("#plugins ul").isVisible(), "open details stay open").toBe(true);
    });

    it("turns within seconds when a connector is paused by hand, and back", async () => {
        const { page } = watched;
        const node = page.locator("#flow .node", { hasText: "json-jms-sink" });
        try {
            await put("json-jms-sink", "pause");
            await node.locator(".pill", { hasText: "paused" }).waitFor({ timeout: 20_000 });
            await expect.poll(() => page.locator("#findings").innerText()).toContain("is PAUSED, but declared running");
            await expect.poll(() => page.title()).toMatch(/^\d wrong/);
        } finally {
            await put("json-jms-sink", "resume");
        }
        await page.getByText("All is well").waitFor({ timeout: 30_000 });
        expect(await page.locator("#findings").count()).toBe(0);
    });

    it("sends no request elsewhere, keeps its own content policy, and causes no error in the browser", () => {
        const { complaints, requests } = watched;
        expect(complaints).toEqual([]);
        expect(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:"))).toEqual([]);
        expect(requests.filter((url) => url.endsWith("/fragment")).length).toBeGreaterThan(0);
    });

    it("has no password in any answer", async () => {
        const secrets = [outputs.database.password, outputs.jmsBroker.password];
        for (const path of ["", "fragment", "report.json", "metrics"]) {
            const answer = await fetch(server.url + path);
            const text = await answer.text();
            expect([path, answer.status, text.length > 100]).toEqual([path, 200, true]);
            expect(secrets.filter((secret) => text.includes(secret)).length, path).toBe(0);
        }
    });

    it("can be read on a phone, in the dark, without JavaScript", async () => {
        const { page, complaints } = await openPage(browser, server.url, {
            viewport: { width: 390, height: 844 },
            colorScheme: "dark",
            javaScriptEnabled: false,
        });
        const box = await page.locator("body").boundingBox();
        expect(box?.width).toBe(390);
        for (const part of await page.locator("section, .node, .tile, .scroll").all()) {
            const { x = 0, width = 0 } = (await part.boundingBox()) ?? {};
            expect(x + width).toBeLessThanOrEqual(390);
        }
        expect(await textOf(page)).toContain("kafka-2");
        expect(complaints).toEqual([]);
        await page.close();
    });

    it("shows since when its server is gone, and continues when it is back", async () => {
        const { page } = watched;
        const { port } = new URL(server.url);
        await server.close();
        await page.getByText(/^No answer since \d/).waitFor({ timeout: 20_000 });
        const target = platformTarget(stack.handle.name, outputs);
        server = await startStatusServer(target, { port: Number(port) });
        await page.locator("#lost").waitFor({ state: "hidden", timeout: 20_000 });
    });
});
