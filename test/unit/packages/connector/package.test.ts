import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { CHECKOUT } from "../../../../tools/project";

const FOLDER = join(CHECKOUT, "packages", "connector");
const SOURCES = join(FOLDER, "src");
const read = (...path: string[]) => readFileSync(join(...path), "utf8");
const sources = () =>
    readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

/** Packages that a source imports, itself or through others; `types`: also what it needs types of. */
function packagesOf(source: string, types: boolean, seen = new Set<string>()): Set<string> {
    if (seen.has(source)) return new Set();
    seen.add(source);
    const imports = [...read(SOURCES, source).matchAll(/^(?:import|export) (type )?[^;]*?from "([^"]+)";/gm)];
    const all = imports
        .filter(([, type]) => types || type === undefined)
        .flatMap(([, , name]) =>
            name!.startsWith(".") ? [...packagesOf(`${join(dirname(source), name!)}.ts`, types, seen)] : [name!],
        );
    return new Set(all.filter((name) => !name.startsWith("node:")));
}

it("names nothing of this repository, which a stranger does not have", () => {
    const ofRepository =
        /npm (run|start|stop|test)\b|\bdocs\/|[\w]+\.md\b|CONTRIBUTING|this (project|repository|checkout)\b|this stack's/;
    const texts = [
        ...sources().map((name) => join(SOURCES, name)),
        join(FOLDER, "README.md"),
        join(FOLDER, "package.json"),
    ];
    const found = texts.flatMap((file) =>
        read(file)
            .split("\n")
            .flatMap((line, i) =>
                ofRepository.test(line) ? [`${relative(FOLDER, file)}:${i + 1}: ${line.trim()}`] : [],
            ),
    );
    expect(found).toEqual([]);
});

it.each(["client", "checks", "commands", "postgres", "registry"])(
    "./%s needs no Pulumi, and loads pg only when it is used",
    (entry) => {
        expect([...packagesOf(`entry/${entry}.ts`, true)].filter((name) => name.startsWith("@pulumi/"))).toEqual([]);
        expect([...packagesOf(`entry/${entry}.ts`, false)]).not.toContain("pg");
    },
);

it("has the version that the repository depends on and the change log is about", () => {
    const [own, root] = [FOLDER, CHECKOUT].map((folder) => JSON.parse(read(folder, "package.json")));
    expect(root.dependencies[own.name]).toBe(own.version);
    expect(read(FOLDER, "LICENSE")).toBe(read(CHECKOUT, "LICENSE"));
    expect(read(CHECKOUT, "CHANGELOG.md")).toContain(`\n## [${own.version}] - `);
});
