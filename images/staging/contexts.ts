import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type BaseWay, rootfs, rootfsDigest } from "./baseImage";
import { cached, withTemporaryFolder } from "./cache";
import type { ImageRole, StagedImage, StageResult } from "./contract";
import { hostMirrors, PUBLIC_MIRRORS, sourcesList } from "./debianSources";
import { digestOf, fingerprint } from "./digests";
import { place, placeFolder, unpack } from "./files";
import { compileJava, makeJar } from "./javaSources";
import type { StagedPlugin } from "./plugins";
import type { Resolved } from "./resolve";
import { NODE_PINS, WATCH_PROGRAM, type WatchParts } from "./watchProgram";

/** Part of every digest: to be raised when this module makes something else from the same input. */
const FORMAT = 1;

const WRITE_USERS = "WriteUsers.java";
const SECURE_METRICS = "SecureMetrics.java";
const REST_AUTHORIZER = "RestAuthorizer.java";
const REGISTRY_AUTHORIZER = "RegistryAuthorizer.java";
const RUNTIME_SOURCES = [SECURE_METRICS, REST_AUTHORIZER];

type Contexts = StageResult["images"];

/** The inputs of an image's digest, and how the parts outside of `images/` get into its context. */
interface Recipe {
    role: ImageRole;
    parent?: ImageRole;
    /** Files of images/<role>/ that are not part of the context. */
    without?: string[];
    /** Everything else that the content depends on. */
    inputs: unknown;
    fill?: (context: string) => Promise<void> | void;
}

/**
 * Makes the build context of every image. A digest covers the files of images/<role>/, what Maven gave, and the parent's
 * digest, so that it names the image's content.
 */
export async function makeContexts(
    images: string,
    way: BaseWay,
    resolved: Resolved,
    plugins: StagedPlugin[],
    watch?: WatchParts,
): Promise<Contexts> {
    const contexts: Partial<Contexts> = {};
    const more = [
        ...(resolved.registry.length === 0 ? [] : [registryRecipe(images, resolved)]),
        ...(watch === undefined ? [] : [watchRecipe(images, watch)]),
    ];
    for (const recipe of [baseRecipe(images, way), ...recipes(images, resolved, plugins), ...more]) {
        const parent = recipe.parent === undefined ? "" : contexts[recipe.parent]!.digest;
        contexts[recipe.role] = await makeContext(images, recipe, parent);
    }
    return contexts as Contexts;
}

async function makeContext(images: string, recipe: Recipe, parent: string): Promise<StagedImage> {
    const source = join(images, recipe.role);
    const without = new Set(["pom.xml", ...(recipe.without ?? [])]);
    const files = fingerprint(source).filter(([file]) => !without.has(file));
    const digest = digestOf([FORMAT, recipe.role, parent, files, recipe.inputs]);
    const context = await cached("contexts", digestOf([recipe.role, digest]), async (folder) => {
        for (const [file] of files) place(join(source, file), join(folder, file), false);
        await recipe.fill?.(folder);
    });
    return { context, digest };
}

function baseRecipe(images: string, way: BaseWay): Recipe {
    if (way === "pull") return { role: "base", without: ["Dockerfile.rootfs"], inputs: way };
    return {
        role: "base",
        without: ["Dockerfile", "Dockerfile.rootfs"],
        inputs: [way, rootfsDigest(), readFileSync(join(images, "base", "Dockerfile.rootfs"), "utf8")],
        fill: async (context) => {
            place(join(images, "base", "Dockerfile.rootfs"), join(context, "Dockerfile"), false);
            place(await rootfs(), join(context, "rootfs.tar"), true);
        },
    };
}

function recipes(images: string, resolved: Resolved, plugins: StagedPlugin[]): Recipe[] {
    const runtime = resolved.runtime.map(({ file, sha512 }) => [basename(file), sha512]);
    return [
        { role: "jre", parent: "base", inputs: [], fill: writeAptSources },
        {
            role: "runtime",
            parent: "jre",
            without: RUNTIME_SOURCES,
            inputs: [runtime, RUNTIME_SOURCES.map((name) => readFileSync(join(images, "runtime", name), "utf8"))],
            fill: (context) => fillRuntime(context, images, resolved),
        },
        {
            role: "connect",
            parent: "runtime",
            inputs: plugins.map(({ name, digest }) => [name, digest]),
            fill: (context) => {
                for (const { name, folder } of plugins) placeFolder(folder, join(context, "plugins", name), true);
            },
        },
        { role: "postgres", parent: "base", inputs: [], fill: writeAptSources },
        {
            role: "artemis",
            parent: "jre",
            without: [WRITE_USERS],
            inputs: [
                resolved.artemis.map(({ sha512 }) => sha512),
                readFileSync(join(images, "artemis", WRITE_USERS), "utf8"),
            ],
            fill: (context) => fillArtemis(context, images, resolved),
        },
    ];
}

function registryRecipe(images: string, { registry }: Resolved): Recipe {
    const authorizer = join(images, "registry", REGISTRY_AUTHORIZER);
    return {
        role: "registry",
        parent: "jre",
        without: [REGISTRY_AUTHORIZER],
        inputs: [registry.map(({ sha512 }) => sha512), readFileSync(authorizer, "utf8")],
        fill: async (context) => {
            const folder = join(context, "registry");
            await withTemporaryFolder(async (unpacked) => {
                await unpack(registry[0]!.file, unpacked);
                placeFolder(unpacked, folder, true);
                const runner = readdirSync(unpacked).find((name) => name.endsWith("-runner.jar"))!;
                renameSync(join(folder, runner), join(folder, "registry.jar"));
            });
            await makeJar(authorizer, join(folder, "authorizer.jar"), [join(folder, "lib", "*")], {
                service: "io.undertow.servlet.ServletExtension",
            });
        },
    };
}

function watchRecipe(images: string, { program, node }: WatchParts): Recipe {
    return {
        role: "watch",
        parent: "base",
        without: [...NODE_PINS, basename(WATCH_PROGRAM)],
        inputs: [program, process.arch, ...NODE_PINS.map((name) => readFileSync(join(images, "watch", name), "utf8"))],
        fill: (context) => {
            writeFileSync(join(context, "watch.js"), program, { mode: 0o644 });
            place(node, join(context, "node"), true);
        },
    };
}

async function fillRuntime(context: string, images: string, { runtime }: Resolved): Promise<void> {
    const agent = join(context, "metrics", "agent.jar");
    for (const { file } of runtime) {
        // The metrics agent is not a library: without metrics no JVM may have it on its class path
        const isAgent = basename(file).startsWith("jmx_prometheus_javaagent-");
        place(file, isAgent ? agent : join(context, "libs", basename(file)), true);
    }
    const source = (name: string) => join(images, "runtime", name);
    const libs = join(context, "libs");
    await makeJar(source(SECURE_METRICS), join(context, "metrics", "secure.jar"), [agent], { agent: true });
    await makeJar(source(REST_AUTHORIZER), join(libs, "rest-authorizer.jar"), [join(libs, "*")], {
        service: "org.apache.kafka.connect.rest.ConnectRestExtension",
    });
}

/** Not part of a digest: it decides where packages come from, not which ones. */
function writeAptSources(context: string): void {
    const list = sourcesList(hostMirrors());
    writeFileSync(join(context, "apt.sources"), list === sourcesList(PUBLIC_MIRRORS) ? "" : list);
}

async function fillArtemis(context: string, images: string, { artemis }: Resolved): Promise<void> {
    await withTemporaryFolder(async (unpacked) => {
        await unpack(artemis[0]!.file, unpacked);
        placeFolder(unpacked, join(context, "artemis"), true);
    });
    await compileJava(join(images, "artemis", WRITE_USERS), context);
}
