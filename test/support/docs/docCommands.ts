import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../../../tools/project";

/** A fenced block of shell commands in a page. */
export interface DocBlock {
    /** Page, from the checkout's folder. */
    page: string;
    /** Line of the fence, from 1. */
    line: number;
    /** The text after `sh` on the fence: none, `follow` (prints until it is interrupted), `fails` or `slow`. */
    mode: string;
    commands: string;
}

/** The README and every page of `docs/`. */
export function pages(): string[] {
    const docs = readdirSync(join(CHECKOUT, "docs")).filter((name) => name.endsWith(".md"));
    return ["README.md", ...docs.sort().map((name) => `docs/${name}`)];
}

/** The `sh` blocks of a page, in its order. */
export function shellBlocks(page: string): DocBlock[] {
    return [...pageText(page).matchAll(/^( *)```sh *(.*)\n([\s\S]*?)^ *```$/gm)].map((match) => {
        const [, indent = "", mode = "", body = ""] = match;
        return {
            page,
            line: pageText(page).slice(0, match.index).split("\n").length,
            mode: mode.trim(),
            commands: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
        };
    });
}

/** Lines of code blocks that are no `sh` block but look like commands of this project. */
export function hiddenCommands(page: string): string[] {
    const withoutShell = pageText(page).replaceAll(/^ *```sh.*\n[\s\S]*?^ *```$/gm, "");
    return [...withoutShell.matchAll(/^(?: {4,}|)(?:npm (?:run|start|stop|test)|pulumi|eval) .*$/gm)].map(
        ([line]) => line,
    );
}

function pageText(page: string): string {
    return readFileSync(join(CHECKOUT, page), "utf8");
}
