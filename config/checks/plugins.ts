import type { PlatformConfig } from "../config";
import { Fault } from "../fault";

const SOURCES = ["maven", "project", "path", "url"] as const;
const PART = "[\\w.-]+";
const COORDINATE = new RegExp(`^${PART}:${PART}:${PART}(:(${PART})?(:${PART})?)?$`);
const SHA512 = /^[0-9a-f]{128}$/i;
const FOLDER = /^[A-Za-z0-9][\w.-]*$/;

/** What the plugins are made of. Whether a path is there, preflight looks; whether a coordinate is, staging. */
export function pluginFaults({ connect }: Partial<PlatformConfig>): Fault[] {
    const plugins = Object.entries(connect?.plugins ?? {});
    return [
        ...plugins.flatMap(([name, source]) => sourceFaults(`connect.plugins.${name}`, source)),
        ...folderFaults(plugins.map(([name]) => name)),
    ];
}

interface Source {
    maven?: string;
    project?: string;
    path?: string;
    url?: string;
    sha512?: string;
    libraries?: string[];
}

function sourceFaults(path: string, source: Source): Fault[] {
    const given = SOURCES.filter((key) => source[key] !== undefined);
    if (given.length !== 1) {
        const remedy =
            given.length === 0
                ? "name where it comes from"
                : `keep one; what the defaults bring goes away by null: ${given[0]}: null`;
        const rule = "must have exactly one of maven, project, path and url";
        return [{ path, value: source, rule, remedy }];
    }
    const faults: Fault[] = [];
    const add = (key: string, value: unknown, rule: string, remedy: string) =>
        faults.push({ path: `${path}.${key}`, value, rule, remedy });
    if (source.url !== undefined) {
        const url = URL.canParse(source.url) ? new URL(source.url) : undefined;
        if (!url || !["http:", "https:"].includes(url.protocol)) {
            add("url", source.url, "is no http or https URL", "correct it");
        } else if (url.password !== "") {
            add("url", source.url, "holds a password", "download the file, and give its path instead");
        }
        if (source.sha512 === undefined) {
            add("sha512", undefined, "is missing: nobody could tell whether the right file came", SHA512_REMEDY);
        }
    }
    if (source.sha512 !== undefined && !SHA512.test(source.sha512)) {
        add("sha512", source.sha512, "must be 128 hex digits", SHA512_REMEDY);
    }
    if (source.sha512 !== undefined && (source.path !== undefined || source.project !== undefined)) {
        add("sha512", source.sha512, "is for maven and url only", "remove it");
    }
    const libraries = (source.libraries ?? []).map((library, i): [string, string] => [`libraries.${i}`, library]);
    const coordinates: [string, string][] =
        source.maven === undefined ? libraries : [["maven", source.maven], ...libraries];
    for (const [key, coordinate] of coordinates) {
        const version = coordinate.split(":")[2] ?? "";
        if (!COORDINATE.test(coordinate)) {
            add(key, coordinate, "is no Maven coordinate", "write group:artifact:version[:classifier[:type]]");
        } else if (/-SNAPSHOT$|^(LATEST|RELEASE)$/.test(version)) {
            add(key, coordinate, "has no fixed version, so nobody could tell what is in the image", "name a release");
        }
    }
    return faults;
}

const SHA512_REMEDY = "take it from the vendor, or run sha512sum on a file that you trust";

/** A plugin's name becomes a folder, on file systems that may not tell upper and lower case apart. */
function folderFaults(names: string[]): Fault[] {
    const lower = names.map((name) => name.toLowerCase());
    return names.flatMap((name, i): Fault[] => {
        const fault = { path: `connect.plugins.${name}`, value: name, remedy: "rename it" };
        if (!FOLDER.test(name)) return [{ ...fault, rule: "must be of letters, digits, . _ and -" }];
        const first = lower.indexOf(lower[i]!);
        if (first === i) return [];
        return [{ ...fault, rule: `is the same folder as ${names[first]} where case does not count` }];
    });
}
