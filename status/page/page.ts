import { createHash } from "node:crypto";
import type { Finding } from "../findings/findings";
import type { Look } from "../flow";
import { type Level, worst } from "../levels";
import { type Content, html, Html } from "./html";
import { flowSection } from "./pageFlow";
import { membersSection } from "./pageMembers";
import { pill, section } from "./pageParts";
import { connectorsSection, topicsSection } from "./pageTables";

/** What a page shows. */
export interface PageState {
    stack: string;
    /** The last look that succeeded; undefined before the first one. */
    look?: Look;
    /** Looks themselves fail since then. */
    failure?: { since: number; error: string };
    /** When the page is made, ms since 1970. */
    now: number;
}

/** Text of the page's own style sheet and script. */
export interface PageAssets {
    style: string;
    script: string;
}

/** Seconds after which a browser without JavaScript asks again. */
const RELOAD_SECONDS = 5;

/** The whole page. Nothing of it comes from elsewhere, and it works without JavaScript. */
export function renderPage(state: PageState, { style, script }: PageAssets): string {
    const page = html`<!doctype html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <title>${titleOf(state)}</title>
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="data:," />
                <noscript><meta http-equiv="refresh" content="${RELOAD_SECONDS}" /></noscript>
                ${Html.trusted(`<style>${style}</style>`)}
            </head>
            <body>
                <p id="lost" role="alert" hidden></p>
                ${fragment(state)} ${Html.trusted(`<script>${script}</script>`)}
            </body>
        </html>`;
    return page.text;
}

/** The part of the page that changes from look to look. */
export function renderFragment(state: PageState): string {
    return fragment(state).text;
}

/** The `Content-Security-Policy` of the page: its own style and script, questions to its own server, nothing else. */
export function securityPolicy({ style, script }: PageAssets): string {
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    return [
        "default-src 'none'",
        `style-src ${hash(style)}`,
        `script-src ${hash(script)}`,
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ].join("; ");
}

function titleOf({ stack, look, failure }: PageState): string {
    const text = look === undefined || failure !== undefined ? "no answer" : headline(look.found);
    return `${text} – ${stack} – connect-cdc`;
}

function fragment(state: PageState): Html {
    const { stack, look, failure } = state;
    return html`<main id="live" data-title="${titleOf(state)}">
        <header>
            <h1>connect-cdc <small>stack ${stack}</small></h1>
            <div role="status">${look && pill(levelOfAll(look.found), headline(look.found))}</div>
            ${look && lookedAt(look.report.takenAt, state.now)}
        </header>
        ${failure && failureNote(failure, look)} ${look && sections(look)}
    </main>`;
}

function lookedAt(takenAt: number, now: number): Html {
    const age = Math.max(0, Math.round((now - takenAt) / 1000));
    return html`<p class="looked">
        last look <time datetime="${new Date(takenAt).toISOString()}">${clock(takenAt)}</time>,
        <span id="age" data-seconds="${age}">${age} s ago</span>
    </p>`;
}

function failureNote({ since, error }: { since: number; error: string }, look: Look | undefined): Html {
    return html`<p class="failure" role="alert">
        <b>No answer since ${clock(since)}.</b> ${error}${look && ". What follows is the last that was seen."}
    </p>`;
}

function sections(look: Look): Content {
    return [
        findingsSection(look.found),
        flowSection(look),
        membersSection(look),
        connectorsSection(look),
        topicsSection(look),
    ];
}

function findingsSection(found: Finding[]): Html | undefined {
    return found.length === 0
        ? undefined
        : section(
              "findings",
              "What to look at",
              "",
              html`<ul class="findings">
                  ${found.map(
                      ({ key, level, subject, text, remedy }) =>
                          html`<li class="${level}" id="finding-${key}">
                              ${pill(level, level)}
                              <div>
                                  <p><b>${subject}</b> ${text}</p>
                                  <p class="remedy">${remedy}</p>
                              </div>
                          </li>`,
                  )}
              </ul>`,
          );
}

function levelOfAll(found: Finding[]): Level {
    return worst(found.map(({ level }) => level));
}

function headline(found: Finding[]): string {
    const wrong = found.filter(({ level }) => level === "wrong").length;
    const warnings = found.length - wrong;
    const parts = [
        wrong > 0 && `${wrong} wrong`,
        warnings > 0 && `${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
    ].filter((part) => part !== false);
    return parts.length === 0 ? "All is well" : parts.join(", ");
}

/** Time of day of this machine, which is the reader's, too: the page is served to loopback only. */
function clock(at: number): string {
    return new Date(at).toLocaleTimeString("en-GB");
}
