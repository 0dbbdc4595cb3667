import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The part of a `package.json` that the language host reads. */
export interface Package {
    name: string;
    version: string;
    pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
    dependencies?: Record<string, string>;
}

/** The installed packages among the `dependencies` of the program in `folder`. */
export function dependenciesOf(folder: string): Package[] {
    const program = findPackage(folder);
    if (program === undefined) return [];
    return Object.keys(program.content.dependencies ?? {}).flatMap((name) => findInstalled(program.folder, name) ?? []);
}

function findPackage(folder: string): { folder: string; content: Package } | undefined {
    const content = readPackage(join(folder, "package.json"));
    if (content !== undefined) return { folder, content };
    const parent = dirname(folder);
    return parent === folder ? undefined : findPackage(parent);
}

function findInstalled(folder: string, name: string): Package | undefined {
    const found = readPackage(join(folder, "node_modules", name, "package.json"));
    const parent = dirname(folder);
    return found ?? (parent === folder ? undefined : findInstalled(parent, name));
}

function readPackage(file: string): Package | undefined {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as Package;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new Error(`${file} cannot be read: ${(error as Error).message}`);
    }
}
