import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { stagingFolder, writeFileWhole } from "./cache";
import type { StageRequest, StageResult } from "./contract";
import { moduleFolder } from "./corrections";
import { digestOf, fingerprint, isDirectory, stamp } from "./digests";

/**
 * Answers a request. Where nothing changed since the same request was answered before, the answer is read from the cache;
 * everything that makes one is loaded only when it is needed, since this runs in every preview.
 *
 * @param text the request as JSON
 * @param checkout absolute folder of this project
 */
export async function answer(text: string, checkout: string): Promise<StageResult> {
    const remembered = readRemembered(text, checkout);
    if (remembered !== undefined) return remembered;
    const [{ parseRequest }, { stage }] = await Promise.all([import("./request.js"), import("./stage.js")]);
    const result = await stage(parseRequest(text), checkout);
    writeFileWhole(answerFile(text, checkout), JSON.stringify(result));
    return result;
}

function readRemembered(text: string, checkout: string): StageResult | undefined {
    let file: string;
    try {
        file = answerFile(text, checkout);
    } catch {
        // A missing path or a request that is not JSON: staging reports it
        return undefined;
    }
    if (!existsSync(file)) return undefined;
    const result = JSON.parse(readFileSync(file, "utf8")) as StageResult;
    const folders = Object.values(result.images).map(({ context }) => context);
    return [...folders, result.definitions].every((path) => existsSync(path)) ? result : undefined;
}

/** Folders of the checkout without modules of the watch container's program; `images` is always part of the name. */
const WITHOUT_MODULES = ["docs", "images", "metrics", "node_modules", "plugins", "test"];

/** The name of an answer covers everything that staging reads. */
function answerFile(text: string, checkout: string): string {
    const { plugins, watch } = JSON.parse(text) as StageRequest;
    const folders = new Set([join(checkout, "images"), __dirname]);
    const stamps: unknown[] = [];
    for (const source of Object.values(plugins)) {
        const own = moduleFolder(source);
        if (own !== undefined) folders.add(dirname(resolve(checkout, own)));
        if ("path" in source) stamps.push(stamp(resolve(checkout, source.path)));
    }
    if (watch) {
        for (const folder of moduleFolders(checkout)) folders.add(folder);
        stamps.push(stamp(join(checkout, "package-lock.json")));
    }
    const prints = [...folders].sort().map((folder) => (isDirectory(folder) ? fingerprint(folder) : folder));
    return join(stagingFolder("answers"), `${digestOf([text, prints, stamps])}.json`);
}

/** Folders with modules that the watch container's program may import, directly or not. */
function moduleFolders(checkout: string): string[] {
    return readdirSync(checkout, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !WITHOUT_MODULES.includes(entry.name))
        .map(({ name }) => join(checkout, name));
}
