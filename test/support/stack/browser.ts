import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findBrowser } from "../../../tools/setup/browser";

/** A headless browser of this machine. Throws without one: `npm test -- set-up` installs one. */
export async function openBrowser(): Promise<Browser> {
    const executablePath = findBrowser();
    if (executablePath === undefined) {
        throw new Error("no Chromium on PATH: npm test -- set-up installs it, or prints how");
    }

    // Chromium's sandbox does not work for root
    return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

/** A page, and all that a browser complains of or asks for while it is open. */
export interface WatchedPage {
    page: Page;
    /** Errors and warnings of the console, among them violations of the page's security policy. */
    complaints: string[];
    /** Every URL that was asked for. */
    requests: string[];
}

export async function openPage(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
): Promise<WatchedPage> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
    const watched: WatchedPage = { page, complaints: [], requests: [] };
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) watched.complaints.push(message.text());
    });
    page.on("pageerror", (error) => watched.complaints.push(error.message));
    page.on("request", (request) => watched.requests.push(request.url()));
    await page.goto(url);
    return watched;
}
