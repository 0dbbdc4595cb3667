import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../../../tools/project";
import { pages } from "../../support/docs/docCommands";

const OTHER_PAGES = ["CHANGELOG.md", "CONTRIBUTING.md", "packages/connector/README.md", "plugins/README.md"];

/** A page without its code blocks, whose comments look like headings. */
function textOf(page: string): string {
    return readFileSync(join(CHECKOUT, page), "utf8").replaceAll(/^ *```[^]*?^ *```$/gm, "");
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): string[] {
    return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
            .toLowerCase()
            .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
            .replaceAll(" ", "-"),
    );
}

function brokenLinks(page: string): string[] {
    const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    return links.filter((link) => {
        if (/^\w+:/.test(link)) return false;
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? page : join(dirname(page), path);
        if (!existsSync(join(CHECKOUT, target))) return true;
        return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
}

describe("links lead to pages and headings that exist", () => {
    it.each([...pages(), ...OTHER_PAGES])("%s", (page) => {
        expect(brokenLinks(page)).toEqual([]);
    });
});
