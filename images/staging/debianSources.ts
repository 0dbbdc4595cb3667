import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where Debian's packages come from: an address of the archive, and one of the security updates. */
export interface DebianMirrors {
    main: string;
    security: string;
}

/** Debian's own, which every Debian installation names by default. */
export const PUBLIC_MIRRORS = mirrorsAt("deb.debian.org");

function mirrorsAt(host: string): DebianMirrors {
    return { main: `http://${host}/debian`, security: `http://${host}/debian-security` };
}

/** The release that the images are made of. */
export const RELEASE = "bookworm";

/** The mirrors that a Debian host of the same release is set to; on every other host the public ones. */
export function hostMirrors(aptFolder = "/etc/apt"): DebianMirrors {
    const entries = sourceFiles(aptFolder).flatMap(parseSources);
    const find = (suite: string) => entries.find(({ suites }) => suites.includes(suite))?.address;
    return {
        main: find(RELEASE) ?? PUBLIC_MIRRORS.main,
        security: find(`${RELEASE}-security`) ?? PUBLIC_MIRRORS.security,
    };
}

/** Lines for an apt sources.list: release, updates and security updates. */
export function sourcesList({ main, security }: DebianMirrors): string {
    return [
        `deb ${main} ${RELEASE} main`,
        `deb ${main} ${RELEASE}-updates main`,
        `deb ${security} ${RELEASE}-security main`,
        "",
    ].join("\n");
}

function sourceFiles(aptFolder: string): string[] {
    const parts = join(aptFolder, "sources.list.d");
    const names = existsSync(parts) ? readdirSync(parts).sort() : [];
    return [join(aptFolder, "sources.list"), ...names.map((name) => join(parts, name))]
        .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
        .map((file) => readFileSync(file, "utf8"));
}

interface Entry {
    address: string;
    suites: string[];
}

/** Both formats of apt: one line per entry, and deb822 (sources.list(5)). Only http and https: others do not reach into a build. */
function parseSources(text: string): Entry[] {
    const lines = text.split("\n").filter((line) => !line.startsWith("#"));
    const oneLine = lines.flatMap((line) => {
        const [, address, suite] = /^deb\s+(?:\[[^\]]*\]\s+)?(https?:\S+?)\/?\s+(\S+)/.exec(line) ?? [];
        return address === undefined ? [] : [{ address, suites: [suite!] }];
    });
    const stanzas = lines.join("\n").split(/\n\s*\n/);
    const deb822 = stanzas.flatMap((stanza) => {
        const field = (name: string) =>
            new RegExp(`^${name}:\\s*(.*)$`, "mi").exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
        const address = field("URIs").find((uri) => /^https?:/.test(uri));
        if (address === undefined || !field("Types").includes("deb")) return [];
        return [{ address: address.replace(/\/$/, ""), suites: field("Suites") }];
    });
    return [...oneLine, ...deb822];
}
