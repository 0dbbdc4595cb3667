import { createWriteStream } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import axios from "axios";
import { logToStderr, step } from "../../tools/log";
import { cached } from "./cache";
import type { PluginSource, PluginVersion, StageRequest } from "./contract";
import { formatCoordinate, parseCoordinate } from "./coordinate";
import { moduleFolder } from "./corrections";
import { digestOf, isDirectory, listFiles, sha512Of } from "./digests";
import { place, placeFolder, unpack } from "./files";
import { isArchive } from "./maven";
import type { BuiltModule, Resolved, ResolvedPlugin } from "./resolve";

/** Part of every key: to be raised when this module makes something else from the same input. */
const FORMAT = 1;

/** A plugin as it goes into the image. */
export interface StagedPlugin extends PluginVersion {
    /** Absolute folder with its content. */
    folder: string;
}

/** What a plugin is apart from its libraries. */
interface Main {
    version: string;
    /** Digest of its content. */
    digest: string;
    fill: (folder: string) => Promise<void> | void;
}

/** Makes the folder of each plugin, in the order of their names. */
export async function stagePlugins(
    request: Pick<StageRequest, "plugins">,
    resolved: Pick<Resolved, "plugins">,
    checkout: string,
): Promise<StagedPlugin[]> {
    const staged: StagedPlugin[] = [];
    for (const name of Object.keys(request.plugins).sort()) {
        staged.push(await stagePlugin(name, request.plugins[name]!, resolved.plugins[name]!, checkout));
    }

    return staged;
}

async function stagePlugin(
    name: string,
    source: PluginSource,
    resolved: ResolvedPlugin,
    checkout: string,
): Promise<StagedPlugin> {
    const main = await mainOf(name, source, resolved, checkout);
    const libraries = librariesOf(source, resolved);
    const digest = digestOf([FORMAT, main.digest, libraries.map(({ coordinate, sha512 }) => [coordinate, sha512])]);
    const folder = await cached("plugins", digest, async (target) => {
        await main.fill(target);
        for (const { file } of libraries) place(file, join(target, basename(file)), true);
    });
    return { name, version: main.version, digest, folder };
}

function librariesOf(source: PluginSource, { artifacts }: ResolvedPlugin) {
    if (!("maven" in source) || !isArchive(parseCoordinate(source.maven).type)) return artifacts;
    return artifacts.filter(({ coordinate }) => coordinate !== formatCoordinate(parseCoordinate(source.maven)));
}

async function mainOf(name: string, source: PluginSource, resolved: ResolvedPlugin, checkout: string): Promise<Main> {
    if ("maven" in source) return corrected(mavenMain(source.maven, resolved), source, resolved);
    if ("path" in source) return pathMain(resolve(checkout, source.path));
    if ("url" in source) return urlMain(name, source.url, source.sha512.toLowerCase());
    return moduleMain(source, resolved.module!);
}

function moduleMain(source: PluginSource, { jar, version, digest }: BuiltModule): Main {
    const name = `${basename(moduleFolder(source)!)}-${version}.jar`;
    return { version, digest, fill: (folder) => place(jar, join(folder, name), true) };
}

/** A release, with the module of our own that corrects it, if there is one. */
function corrected(main: Main, source: PluginSource, { module }: ResolvedPlugin): Main {
    if (!module) return main;
    const correction = moduleMain(source, module);
    return {
        version: main.version,
        digest: digestOf([main.digest, correction.digest]),
        fill: async (folder) => {
            await main.fill(folder);
            await correction.fill(folder);
        },
    };
}

/** A JAR is among the artifacts that the folder contains anyway. */
function mavenMain(text: string, { artifacts }: ResolvedPlugin): Main {
    const coordinate = parseCoordinate(text);
    if (!isArchive(coordinate.type)) return { version: coordinate.version, digest: "", fill: () => undefined };
    const archive = artifacts.find((artifact) => artifact.coordinate === formatCoordinate(coordinate))!;
    return { version: coordinate.version, digest: archive.sha512, fill: (folder) => unpack(archive.file, folder) };
}

async function pathMain(path: string): Promise<Main> {
    const files = isDirectory(path) ? listFiles(path).map((file) => join(path, file)) : [path];
    const content: [string, string][] = [];
    for (const file of files) content.push([file.slice(path.length), await sha512Of(file)]);
    const digest = digestOf([isArchive(extension(path)), content]);
    return { version: digest.slice(0, 12), digest, fill: (folder) => fillFrom(path, folder) };
}

/** The last step of an archive's or JAR's name; of `x.tar.gz` both parts. */
function extension(path: string): string {
    return /\.(tar\.gz|[a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
}

async function fillFrom(path: string, folder: string, name = basename(path)): Promise<void> {
    if (isDirectory(path)) placeFolder(path, folder, false);
    else if (isArchive(extension(name))) await unpack(path, folder);
    else place(path, join(folder, name), false);
}

async function urlMain(name: string, url: string, sha512: string): Promise<Main> {
    const file = basename(new URL(url).pathname);
    const digest = digestOf([sha512, file]);
    const folder = await cached("downloads", digest, (target) =>
        step(logToStderr, `Downloading plugin ${name}`, () => download(name, url, sha512, join(target, file))),
    );
    return { version: digest.slice(0, 12), digest, fill: (target) => fillFrom(join(folder, file), target) };
}

async function download(name: string, url: string, sha512: string, file: string): Promise<void> {
    try {
        const response = await axios.get(url, { responseType: "stream", timeout: 30_000 });
        await pipeline(response.data, createWriteStream(file));
    } catch (error) {
        throw new Error(`plugins.${name}: ${withoutUser(url)} cannot be downloaded: ${(error as Error).message}`);
    }
    const found = await sha512Of(file);
    if (found !== sha512) {
        throw new Error(
            `plugins.${name}: what ${withoutUser(url)} gives has the sha512 ${found}, expected is ${sha512}; ` +
                "compare with what the vendor publishes before you correct sha512 in its config",
        );
    }
}

/** A URL may carry a password. */
function withoutUser(url: string): string {
    const { origin, pathname } = new URL(url);
    return origin + pathname;
}
