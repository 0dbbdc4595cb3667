import { createHash } from "node:crypto";
import type { Finding } from "../finding";
import { countFindings } from "../findings/findings";
import type { TrackedStatus } from "../flow";
import { type Level, worst } from "../levels";
import { type Content, html, Html } from "./html";
import { flowSection } from "./pageFlow";
import { membersSection } from "./pageMembers";
import { pill, section } from "./pageParts";
import { connectorsSection, topicsSection } from "./pageTables";

/** Content of a page. */
export interface PageState {
    stack: string;
    /** The last status; undefined before the first snapshot. */
    status?: TrackedStatus;
    /** Time since which no snapshot can be taken, with the error. */
    failure?: { since: number; error: string };
    /** Time of the page, ms since 1970. */
    now: number;
}

/** Text of the style sheet and script of the page. */
export interface PageAssets {
    style: string;
    script: string;
}

/** Seconds after which a browser without JavaScript loads the page again. */
const RELOAD_SECONDS = 5;

/** The whole page. It loads nothing from other servers, and it works without JavaScript. */
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

/** The part of the page that changes with each snapshot. */
export function renderFragment(state: PageState): string {
    return fragment(state).text;
}

/** The `Content-Security-Policy` of the page: its own style and script, requests to its own server, nothing else. */
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

function titleOf({ stack, status, failure }: PageState): string {
    const text = status === undefined || failure !== undefined ? "no answer" : headline(status.findings);
    return `${text} – ${stack} – connect-cdc`;
}

function fragment(state: PageState): Html {
    const { stack, status, failure } = state;
    return html`<main id="live" data-title="${titleOf(state)}">
        <header>
            <h1>connect-cdc <small>stack ${stack}</small></h1>
            <div role="status">${status && pill(levelOfAll(status.findings), headline(status.findings))}</div>
            ${status && snapshotTime(status.snapshot.takenAt, state.now)}
        </header>
        ${failure && failureNote(failure, status)} ${status && sections(status)}
    </main>`;
}

function snapshotTime(takenAt: number, now: number): Html {
    const age = Math.max(0, Math.round((now - takenAt) / 1000));
    return html`<p class="snapshot-time">
        last snapshot <time datetime="${new Date(takenAt).toISOString()}">${clock(takenAt)}</time>,
        <span id="age" data-seconds="${age}">${age} s ago</span>
    </p>`;
}

function failureNote({ since, error }: { since: number; error: string }, status: TrackedStatus | undefined): Html {
    return html`<p class="failure" role="alert">
        <b>No answer since ${clock(since)}.</b> ${error}${status && ". The page shows the last snapshot."}
    </p>`;
}

function sections(status: TrackedStatus): Content {
    return [
        findingsSection(status.findings),
        flowSection(status),
        membersSection(status),
        connectorsSection(status),
        topicsSection(status),
    ];
}

function findingsSection(findings: Finding[]): Html | undefined {
    return findings.length === 0
        ? undefined
        : section(
              "findings",
              "Findings",
              "",
              html`<ul class="findings">
                  ${findings.map(
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

function levelOfAll(findings: Finding[]): Level {
    return worst(findings.map(({ level }) => level));
}

function headline(findings: Finding[]): string {
    const { wrong, warnings } = countFindings(findings);
    const parts = [
        wrong > 0 && `${wrong} wrong`,
        warnings > 0 && `${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
    ].filter((part) => part !== false);
    return parts.length === 0 ? "All is well" : parts.join(", ");
}

/** Local time: the page is served to loopback only, so the reader has the same time zone. */
function clock(at: number): string {
    return new Date(at).toLocaleTimeString("en-GB");
}
