import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { baseWay } from "./baseImage";
import { makeContexts } from "./contexts";
import type { Definitions, StageRequest, StageResult } from "./contract";
import { definitionsOf } from "./definitions";
import { digestOf } from "./digests";
import { changedArtifacts, type Lock, lockProblems, readLock } from "./lockFile";
import { stagePlugins } from "./plugins";
import { artifactSets, resolveAll, type Resolved } from "./resolve";
import { watchParts } from "./watchProgram";

/**
 * Makes the build contexts of all images and the plugins' definitions.
 *
 * @param checkout absolute folder of this project
 */
export async function stage(request: StageRequest, checkout: string): Promise<StageResult> {
    const images = join(checkout, "images");
    // Each takes long when it is done for the first time, and none needs another
    const [way, resolved, watch] = await Promise.all([
        baseWay(readFileSync(join(images, "base", "Dockerfile"), "utf8")),
        resolveAll(request, checkout),
        request.watch ? watchParts(checkout) : undefined,
    ]);
    checkLock(request, resolved, readLock(join(images, "lock.json")));
    const plugins = await stagePlugins(request, resolved, checkout);
    const contexts = await makeContexts(images, way, resolved, plugins, watch);
    const libraries = join(contexts.runtime.context, "libs");
    const content = digestOf([
        resolved.runtime.map(({ sha512 }) => sha512),
        plugins.map(({ name, digest }) => [name, digest]),
    ]);
    const definitions = await definitionsOf(libraries, join(contexts.connect.context, "plugins"), content);
    return {
        images: contexts,
        plugins: plugins.map(({ name, version, digest }) => ({ name, version, digest })),
        definitions,
        pluginDiscovery: (JSON.parse(readFileSync(definitions, "utf8")) as Definitions).discovery,
    };
}

function checkLock(request: StageRequest, resolved: Resolved, lock: Lock): void {
    const sets = artifactSets(resolved, request);
    const problems = lockProblems(sets, lock);
    if (problems.length === 0) return;
    // The next run asks Maven again for what failed: the user may have corrected it
    for (const { file } of sets.flatMap((set) => changedArtifacts(set, lock))) {
        rmSync(dirname(file), { recursive: true, force: true });
    }

    throw new Error(problems.join("\n"));
}
