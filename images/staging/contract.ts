import { z } from "zod";
import { coordinateProblem } from "./coordinate";

/*
 * The program's request to staging and staging's result, with the rules of a plugin's source. This file loads a schema
 * library: import types from it with `import type`.
 */

/** The images, each after the one that it is built on. */
export type ImageRole = "base" | "jre" | "runtime" | "connect" | "postgres" | "artemis" | "registry" | "watch";

/** Images that are made only when a request has them. */
export type OptionalImage = "registry" | "watch";

/** What the images are made of. */
export interface StageRequest {
    kafkaVersion: string;
    zookeeperVersion: string;
    artemisVersion: string;
    /** Plugins of the Connect image, by their folder under the plugin path. */
    plugins: Record<string, PluginSource>;
    /** Version of Apicurio Registry. Default: no image of it. */
    registryVersion?: string;
    /** True: the watch image, too. Default false. */
    watch?: boolean;
}

/**
 * Where the files of a plugin come from. `libraries` are Maven coordinates whose JARs, with their runtime dependencies, lie
 * beside it.
 */
export type PluginSource = MavenPlugin | ProjectPlugin | PathPlugin | UrlPlugin;

/** A Maven artifact: an archive (tar.gz, zip) is unpacked, a JAR comes with its runtime dependencies. */
export interface MavenPlugin {
    /** `group:artifact:version[:classifier[:type]]` */
    maven: string;
    /** Compared instead of the checksum in the lock file. */
    sha512?: string;
    libraries?: string[];
}

/** A module of a Maven reactor of this checkout, which makes one JAR with all that it needs. */
export interface ProjectPlugin {
    /** The module's folder, from the checkout, such as `plugins/transforms`; its parent folder is the reactor. */
    project: string;
    libraries?: string[];
}

/** A folder, JAR or archive on this machine. */
export interface PathPlugin {
    /** Absolute, or from the checkout. */
    path: string;
    libraries?: string[];
}

/** A JAR or archive to download. */
export interface UrlPlugin {
    /** http or https, without a password. */
    url: string;
    sha512: string;
    libraries?: string[];
}

/** The build contexts, and what the plugins define. */
export interface StageResult {
    /** Optional ones only when the request had them. */
    images: Record<Exclude<ImageRole, OptionalImage>, StagedImage> & Partial<Record<OptionalImage, StagedImage>>;
    plugins: PluginVersion[];
    /** The same as in `definitions.json`. */
    pluginDiscovery: PluginDiscovery;
    /** Absolute path of `definitions.json`, see {@link Definitions}. */
    definitions: string;
}

/** A folder with a Dockerfile and everything that goes into the image. */
export interface StagedImage {
    /** Absolute path. */
    context: string;
    /** sha256 of everything that decides the image's content and its parents', 64 hex digits. */
    digest: string;
}

/** A plugin of the Connect image. */
export interface PluginVersion {
    name: string;
    version: string;
    /** sha256 of its content. */
    digest: string;
}

/**
 * The `plugin.discovery` that finds every plugin: with `service_load` a worker starts in half the time, but it finds only
 * plugins with a service file (KIP-898).
 */
export type PluginDiscovery = "service_load" | "hybrid_warn";

/** The content of `definitions.json`: every plugin class that Connect will find, with its settings. */
export interface Definitions {
    discovery: PluginDiscovery;
    plugins: PluginDefinition[];
}

/** A class that the workers will find. */
export interface PluginDefinition {
    class: string;
    /** As Connect names it: source, sink, converter, header_converter, transformation, predicate, ... */
    type: string;
    /** As a worker shows it; `undefined`, as text, where the class has none. */
    version: string;
    /** Folder under the plugin path; "classpath" for the plugins of Kafka itself. */
    folder: string;
    /** Empty where the class defines none. It may take settings all the same. */
    config: SettingDefinition[];
}

/** A setting of a plugin. Some names of Debezium's are regular expressions. */
export interface SettingDefinition {
    name: string;
    /** Of Kafka's `ConfigDef.Type`: STRING, INT, BOOLEAN, PASSWORD, ... */
    type: string;
    required: boolean;
    /** As text; null without a default. */
    default: string | null;
    importance: string;
    documentation: string;
    group: string | null;
    validValues?: string[];
    /** Values that a connector recommends; others may be valid, too. */
    recommendedValues?: string[];
}

/** A non-empty text. */
export function text(what: string): z.ZodString {
    return z.string({ error: `must be ${what}` }).min(1, { error: `must be ${what}` });
}

/** A released version. */
export const fixedVersion = text("a version, such as 3.9.2").regex(/^[0-9][\w.-]*$/, {
    error: "must be a fixed version, such as 3.9.2",
});

/**
 * Plugins by folder name, as far as types and keys go; {@link pluginProblems} has the other rules. A union of the four kinds
 * would report problems less exactly.
 */
export const pluginSources = z.record(
    z.string(),
    z.strictObject({
        maven: text("coordinates").optional(),
        project: text("a folder of this repository").optional(),
        path: text("a path").optional(),
        url: text("a URL").optional(),
        sha512: text("a sha512, 128 hex digits").optional(),
        libraries: z.array(text("text"), { error: "must be a list of texts" }).optional(),
    }) as unknown as z.ZodType<PluginSource>,
);

/** A problem of a plugin's source. */
export interface PluginProblem {
    /** Where, such as `sink.maven` for a key of the plugin `sink`. */
    path: string;
    /** The value there. */
    value: unknown;
    rule: string;
    remedy: string;
}

const SOURCES = ["maven", "project", "path", "url"] as const;
const SHA512 = /^[0-9a-f]{128}$/i;
const SHA512_REMEDY = "take it from the vendor, or run sha512sum on a file that you trust";
const FOLDER = /^[A-Za-z0-9][\w.-]*$/;

/** Problems of plugins that need no look at the disk or at a Maven repository. */
export function pluginProblems(plugins: StageRequest["plugins"]): PluginProblem[] {
    return [
        ...Object.entries(plugins).flatMap(([name, source]) => sourceProblems(name, source)),
        ...folderProblems(Object.keys(plugins)),
    ];
}

function sourceProblems(path: string, source: Partial<MavenPlugin & ProjectPlugin & PathPlugin & UrlPlugin>) {
    const given = SOURCES.filter((key) => source[key] !== undefined);
    if (given.length !== 1) {
        const remedy =
            given.length === 0
                ? "name where it comes from"
                : `keep one; to remove what the defaults set, write null: ${given[0]}: null`;
        return [{ path, value: source, rule: "must have exactly one of maven, project, path and url", remedy }];
    }
    const problems: PluginProblem[] = [];
    const add = (key: string, value: unknown, rule: string, remedy: string) =>
        problems.push({ path: `${path}.${key}`, value, rule, remedy });
    const { url: address, sha512 } = source;
    if (address !== undefined) {
        const url = URL.canParse(address) ? new URL(address) : undefined;
        if (!url || !["http:", "https:"].includes(url.protocol)) {
            add("url", address, "is not an http or https URL", "correct it");
        } else if (url.password !== "") {
            add("url", address, "holds a password", "download the file, and give its path instead");
        }
        if (sha512 === undefined) {
            add("sha512", undefined, "is missing: a download is compared with it", SHA512_REMEDY);
        }
    }
    if (sha512 !== undefined && !SHA512.test(sha512)) {
        add("sha512", sha512, "must be 128 hex digits", SHA512_REMEDY);
    }
    if (sha512 !== undefined && (source.path !== undefined || source.project !== undefined)) {
        add("sha512", sha512, "is for maven and url only", "remove it");
    }
    const libraries = (source.libraries ?? []).map((library, i) => [`libraries.${i}`, library] as const);
    const main = source.maven === undefined ? [] : [["maven", source.maven] as const];
    for (const [key, coordinate] of [...main, ...libraries]) {
        const problem = coordinateProblem(coordinate);
        if (problem) add(key, coordinate, problem.rule, problem.remedy);
    }
    return problems;
}

/** A plugin's name becomes a folder, on file systems that may ignore the case of letters. */
function folderProblems(names: string[]): PluginProblem[] {
    const lower = names.map((name) => name.toLowerCase());
    return names.flatMap((name, i) => {
        const problem = { path: name, value: name, remedy: "rename it" };
        if (!FOLDER.test(name)) return [{ ...problem, rule: "must be of letters, digits, . _ and -" }];
        const first = lower.indexOf(lower[i]!);
        if (first === i) return [];
        return [{ ...problem, rule: `is the same folder as ${names[first]} where case does not count` }];
    });
}
