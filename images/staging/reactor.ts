import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { digestOf, fingerprint } from "./digests";

/** A Maven project of several modules: a root pom.xml, and a folder with a pom.xml for each module. */
export interface Reactor {
    /** Absolute. */
    folder: string;
    group: string;
    version: string;
    modules: Module[];
}

export interface Module {
    /** Name of its folder. */
    name: string;
    artifact: string;
    pom: string;
}

/**
 * Reads the reactor that a module's folder belongs to.
 *
 * @param moduleFolder absolute
 * @throws Error without such a module
 */
export function readReactor(moduleFolder: string): Reactor {
    const folder = dirname(moduleFolder);
    for (const file of [join(folder, "pom.xml"), join(moduleFolder, "pom.xml")]) {
        if (existsSync(file)) continue;
        throw new Error(
            `${file} is missing: a project plugin is a module's folder in a folder with the reactor's pom.xml`,
        );
    }
    const root = ownElements(readFileSync(join(folder, "pom.xml"), "utf8"));
    const modules = readdirSync(folder)
        .filter((name) => existsSync(join(folder, name, "pom.xml")))
        .map((name) => {
            const pom = readFileSync(join(folder, name, "pom.xml"), "utf8");
            return { name, artifact: element(ownElements(pom), "artifactId"), pom };
        });
    return { folder, group: element(root, "groupId"), version: element(root, "version"), modules };
}

/** The digest of everything a module's JAR is made from: poms and sources, its own and of the modules it depends on. */
export function moduleDigest(reactor: Reactor, name: string): string {
    const sources = closure(reactor, name).map((module) => {
        const files = fingerprint(join(reactor.folder, module));
        // Staging builds without tests: a changed one is no reason for new images.
        return [module, files.filter(([file]) => !file.startsWith("src/test/"))];
    });
    return digestOf([readFileSync(join(reactor.folder, "pom.xml"), "utf8"), sources]);
}

function closure({ modules }: Reactor, name: string): string[] {
    const found = new Set([name]);
    for (const current of found) {
        const pom = modules.find((module) => module.name === current)?.pom ?? "";
        const dependencies = modules.filter(({ artifact }) => pom.includes(`<artifactId>${artifact}</artifactId>`));
        for (const dependency of dependencies) found.add(dependency.name);
    }
    return [...found].sort();
}

/** A pom's text without the parts that have a groupId, artifactId or version of something else. */
function ownElements(pom: string): string {
    return pom.replace(
        /<!--.*?-->|<(parent|dependencies|dependencyManagement|build|profiles|licenses)>.*?<\/\1>/gs,
        "",
    );
}

function element(pom: string, name: string): string {
    return new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(pom)?.[1] ?? "";
}
