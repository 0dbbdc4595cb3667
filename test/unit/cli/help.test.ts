import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { describe, expect, it } from "vitest";
import PURPOSES from "../../../cli/purposes.json";
import { CHECKOUT } from "../../../tools/project";

const names = Object.keys(PURPOSES);
const fileOf = (name: string) => `${name.replace(/:(\w)/g, (_, letter: string) => letter.toUpperCase())}.ts`;
const load = async (name: string) =>
    ((await import(join(CHECKOUT, "cli/commands", fileOf(name)))) as { command: Command<unknown[]> }).command;

const files = (folder: string) => readdirSync(join(CHECKOUT, folder)).map((name) => join(folder, name));
const pages = ["README.md", "CONTRIBUTING.md", ...files("docs"), ...files("metrics")].filter((name) =>
    name.endsWith(".md"),
);

/** Each `npm run x ... --option` of the docs, as `[page, command, option]`. */
const namedOptions = pages.flatMap((page) => {
    const text = readFileSync(join(CHECKOUT, page), "utf8");
    const calls = text.matchAll(/npm (?:run (?:-s |--silent )?)?([a-z:]+) -- ([^`|;#)"\n]*)/g);
    return [...calls].flatMap(([, name, args]) =>
        [...args!.matchAll(/(?<=^|[\s[])--?[a-z][\w-]*/g)].map(([option]) => [basename(page), name!, option] as const),
    );
});

describe("--help", () => {
    it("lists the scripts of package.json, which are the files of cli/commands", () => {
        const { scripts } = JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8")) as {
            scripts: Record<string, string>;
        };
        expect(scripts).toEqual(Object.fromEntries(names.map((name) => [name, `node cli/run.js ${name}`])));
        expect(names.map(fileOf).sort()).toEqual(readdirSync(join(CHECKOUT, "cli/commands")).sort());
    });

    it.each(Object.entries(PURPOSES))(
        "of %s has a purpose, and a text for each option and argument",
        async (name, purpose) => {
            const command = await load(name);
            expect(purpose).toMatch(/^[A-Z].{10,70}[^.]$/);
            for (const { description } of [...command.options, ...command.registeredArguments]) {
                expect(description).not.toBe("");
            }
        },
    );

    it("has every option that the docs name", async () => {
        expect(namedOptions.length).toBeGreaterThan(20);
        for (const [page, name, option] of namedOptions) {
            const { options } = await load(name);
            const known = ["--help", ...options.flatMap(({ long, short }) => [long, short])];
            expect(known, `${page}: npm run ${name}`).toContain(option);
        }
    });
});
