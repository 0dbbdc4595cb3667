import { z } from "zod";
import { parseCoordinate } from "./coordinate";

/** The images, each after the one it is built on. */
export const ROLES = ["base", "jre", "runtime", "connect", "postgres", "artemis", "watch"] as const;
export type Role = (typeof ROLES)[number];

/** What the program asks for. */
export interface StageRequest {
    kafkaVersion: string;
    zookeeperVersion: string;
    artemisVersion: string;
    /** Folder name under Connect's plugin path -> where the plugin comes from. */
    plugins: Record<string, PluginSource>;
    /** True: the watch image, too. Default false. */
    watch?: boolean;
}

/** Where a plugin comes from. `libraries` are coordinates whose JARs, with their runtime dependencies, lie beside it. */
export type PluginSource = MavenPlugin | ProjectPlugin | PathPlugin | UrlPlugin;

/** A Maven artifact: an archive (tar.gz, zip) is unpacked, a JAR comes with its runtime dependencies. */
export interface MavenPlugin {
    /** `group:artifact:version[:classifier[:type]]` */
    maven: string;
    /** Checked instead of the lock file's. */
    sha512?: string;
    libraries?: string[];
}

/** A module of a Maven reactor of our own, which makes one JAR with all it needs. */
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
    url: string;
    sha512: string;
    libraries?: string[];
}

/** `context` is an absolute folder with a Dockerfile, `digest` (64 hex digits) names its content and its parents'. */
export interface StagedImage {
    context: string;
    digest: string;
}

/** What the program gets. */
export interface StageResult {
    /** `watch` only when it was asked for. */
    images: Record<Exclude<Role, "watch">, StagedImage> & { watch?: StagedImage };
    plugins: { name: string; version: string; digest: string }[];
    /** Absolute path of definitions.json, see `Definitions`. */
    definitions: string;
    /** The same as in definitions.json. */
    pluginDiscovery: PluginDiscovery;
}

/**
 * The `plugin.discovery` that finds every plugin: with `service_load` a worker starts in half the time, but it does not see
 * a plugin without a service file (KIP-898).
 */
export type PluginDiscovery = "service_load" | "hybrid_warn";

/** The content of definitions.json: every plugin class that Connect will find, with its settings. */
export interface Definitions {
    discovery: PluginDiscovery;
    plugins: PluginDefinition[];
}

export interface PluginDefinition {
    class: string;
    /** As Connect names it: source, sink, converter, header_converter, transformation, predicate, ... */
    type: string;
    version: string;
    /** Folder under the plugin path; "classpath" for what Kafka brings along. */
    folder: string;
    config: SettingDefinition[];
}

export interface SettingDefinition {
    name: string;
    type: string;
    required: boolean;
    /** As text; null where there is none. */
    default: string | null;
    importance: string;
    documentation: string;
    group: string | null;
    validValues?: string[];
    /** Values that a connector recommends; others may be right, too. */
    recommendedValues?: string[];
}

const version = z.string().regex(/^[0-9][A-Za-z0-9._-]*$/, "must be a fixed version, such as 3.9.2");
const sha512 = z.string().regex(/^[0-9a-f]{128}$/i, "must be 128 hex digits (sha512sum prints them)");
const coordinate = z.string().superRefine((text, context) => {
    try {
        parseCoordinate(text);
    } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
    }
});
const libraries = z.array(coordinate).optional();
const pluginSource = z.union(
    [
        z.strictObject({ maven: coordinate, sha512: sha512.optional(), libraries }),
        z.strictObject({ project: z.string().min(1), libraries }),
        z.strictObject({ path: z.string().min(1), libraries }),
        z.strictObject({ url: z.url({ protocol: /^https?$/ }), sha512, libraries }),
    ],
    { error: "must have exactly one of maven, project, path or url (with sha512)" },
);
// It becomes the name of a folder, on file systems that may not tell upper and lower case apart
const folderName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be of letters, digits, . _ and -");
const request = z.strictObject({
    kafkaVersion: version,
    zookeeperVersion: version,
    artemisVersion: version,
    plugins: z.record(folderName, pluginSource),
    watch: z.boolean().optional(),
});

/**
 * Reads and checks a request.
 * @throws Error with every fault, one on each line.
 */
export function parseRequest(text: string): StageRequest {
    let raw: unknown;
    try {
        raw = JSON.parse(text);
    } catch (error) {
        throw new Error(`the request to stage is not JSON: ${(error as Error).message}`);
    }
    const parsed = request.safeParse(raw);
    const faults = parsed.success ? duplicateFolders(parsed.data) : parsed.error.issues.flatMap(describe);
    if (faults.length > 0) {
        throw new Error(`the request to stage has faults:\n${faults.map((f) => `  ${f}`).join("\n")}`);
    }
    return parsed.data as StageRequest;
}

function duplicateFolders({ plugins }: StageRequest): string[] {
    const seen = new Map<string, string>();
    return Object.keys(plugins).flatMap((name) => {
        const earlier = seen.get(name.toLowerCase());
        seen.set(name.toLowerCase(), name);
        return earlier === undefined
            ? []
            : [`plugins.${name}: the same folder as plugins.${earlier} where case does not count; rename one of them`];
    });
}

/** Of a union only the option that the user meant is worth a message: the one whose first key is there. */
function describe(issue: z.core.$ZodIssue): string[] {
    if (issue.code === "invalid_union") {
        const meant = issue.errors.filter((option) =>
            option.every(({ path }) => path.length > 0 && path[0] !== undefined),
        );
        const option = meant.find((one) =>
            one.every(({ code }) => code !== "unrecognized_keys" && code !== "invalid_type"),
        );
        if (option !== undefined) {
            return option.flatMap((one) => describe({ ...one, path: [...issue.path, ...one.path] }));
        }
    }
    if (issue.code === "invalid_key") {
        return issue.issues.map((key) => `${issue.path.map(String).join(".")}: ${key.message}`);
    }
    return [`${issue.path.map(String).join(".")}: ${issue.message}`];
}
