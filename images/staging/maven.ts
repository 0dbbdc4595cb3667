import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { logToStderr, step } from "../../tools/log";
import { findProgram, lastLines, runProcess } from "../../tools/processes";
import { cached, cachePath, exclusively, withTemporaryFolder } from "./cache";
import { type Coordinate, coordinateOfPath, formatCoordinate } from "./coordinate";
import { digestOf, listFiles, listSources, sha512Of } from "./digests";
import type { Reactor } from "./reactor";

/** Pinned, so that the same request makes the same Maven do the same. */
const COPY_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
const COPY_OPTIONS = [
    "-DincludeScope=runtime",
    "-DoutputDirectory=target/artifacts",
    "-Dmdep.useRepositoryLayout=true",
];
/** Part of every key: to be raised when this module makes something else from the same input. */
const FORMAT = 1;
const INDEX = "artifacts.json";

/** A set of artifacts that is resolved as one: in it no artifact has two versions. */
export interface Unit {
    /** For messages, such as `plugins.debezium`; also the module's name in Maven's output. */
    name: string;
    /** A whole pom.xml of packaging pom; its runtime dependencies are the set. */
    pom: string;
    /** Values of the pom's properties. */
    properties: Record<string, string>;
}

/** A file that Maven got from a repository. */
export interface Artifact {
    /** As in the lock file. */
    coordinate: string;
    /** Absolute path in the cache. */
    file: string;
    sha512: string;
}

/** Builds of modules of our own reactor: the JARs by module, and the artifacts that went into them. */
export interface Build {
    jars: Record<string, string>;
    artifacts: Artifact[];
}

/** Resolves units to artifacts, in one run of Maven for all that the cache does not have. Nothing is checked yet. */
export async function resolveUnits(units: Unit[]): Promise<Artifact[][]> {
    // Another process may resolve the same right now
    if (missingOf(units).length > 0) await exclusively("maven", () => resolveMissing(missingOf(units)));
    return units.map((unit) => readIndex(folderOf(unit)));
}

function missingOf(units: Unit[]): Unit[] {
    return units.filter((unit) => !existsSync(folderOf(unit)));
}

function folderOf(unit: Unit): string {
    return cachePath("artifacts", keyOf(unit));
}

function keyOf({ pom, properties }: Unit): string {
    return digestOf([FORMAT, pom, properties]);
}

async function resolveMissing(units: Unit[]): Promise<void> {
    if (units.length === 0) return;
    const names = units.map(({ name }) => name).join(", ");
    await step(logToStderr, `Maven: resolving ${names}`, () => runReactor(units));
}

async function runReactor(units: Unit[]): Promise<void> {
    await withTemporaryFolder(async (folder) => {
        const modules = units.map((_, index) => `unit${index}`);
        writeFileSync(join(folder, "pom.xml"), reactorPom(modules));
        modules.forEach((module, index) => {
            mkdirSync(join(folder, module));
            writeFileSync(join(folder, module, "pom.xml"), fill(units[index]!));
        });
        await runMaven(["-f", join(folder, "pom.xml"), "--fail-at-end", COPY_DEPENDENCIES, ...COPY_OPTIONS], units);
        for (const [index, unit] of units.entries()) {
            const repository = join(folder, modules[index]!, "target", "artifacts");
            await cached("artifacts", keyOf(unit), (target) => moveArtifacts(repository, target));
        }
    });
}

/** Modules may need different values of the same property, hence text and not -D. */
function fill({ pom, properties }: Unit): string {
    return pom.replace(/\$\{([\w.]+)\}/g, (all, name: string) => properties[name] ?? all);
}

function reactorPom(modules: string[]): string {
    return `<project xmlns="http://maven.apache.org/POM/4.0.0">
    <modelVersion>4.0.0</modelVersion>
    <groupId>dev.connectcdc.staging</groupId>
    <artifactId>staging</artifactId>
    <version>1</version>
    <packaging>pom</packaging>
    <modules>${modules.map((module) => `<module>${module}</module>`).join("")}</modules>
</project>
`;
}

/**
 * Moves artifacts out of a folder in repository layout and writes an index of them.
 *
 * @param own `group:artifact` of modules of our own, which are in no repository
 */
async function moveArtifacts(repository: string, target: string, own = new Set<string>()): Promise<void> {
    const index: Artifact[] = [];
    const names = new Set<string>();
    const paths = existsSync(repository) ? listFiles(repository) : [];
    for (const path of paths.filter((path) => !/^(_remote\.repositories|maven-metadata.*)$/.test(basename(path)))) {
        const coordinate = coordinateOfPath(path);
        if (own.has(`${coordinate.group}:${coordinate.artifact}`)) continue;
        // Two groups may have an artifact of the same name and version
        const file = names.has(basename(path)) ? `${coordinate.group}.${basename(path)}` : basename(path);
        names.add(file);
        renameSync(join(repository, path), join(target, file));
        index.push({ coordinate: formatCoordinate(coordinate), file, sha512: await sha512Of(join(target, file)) });
    }
    writeFileSync(join(target, INDEX), JSON.stringify(index));
}

function readIndex(folder: string): Artifact[] {
    const index = JSON.parse(readFileSync(join(folder, INDEX), "utf8")) as Artifact[];
    return index.map((artifact) => ({ ...artifact, file: join(folder, artifact.file) }));
}

/**
 * Builds modules of a reactor, without their tests, in a copy of it: the checkout does not change, and other builds are
 * not disturbed.
 *
 * @param modules names of module folders
 * @param key digest of what the modules are made from
 */
export async function buildModules(reactor: Reactor, modules: string[], key: string): Promise<Build> {
    const folder = await cached("builds", digestOf([FORMAT, key, modules]), (target) =>
        step(logToStderr, `Maven: building ${modules.join(", ")} of ${basename(reactor.folder)}/`, () =>
            exclusively("maven", () => build(reactor, modules, target)),
        ),
    );
    const jars = Object.fromEntries(modules.map((module) => [module, join(folder, `${module}.jar`)]));
    return { jars, artifacts: readIndex(folder) };
}

async function build(reactor: Reactor, modules: string[], target: string): Promise<void> {
    await withTemporaryFolder(async (folder) => {
        for (const file of listSources(reactor.folder)) cpSync(join(reactor.folder, file), join(folder, file));
        const options = ["-pl", modules.join(","), "-am", "-Dmaven.test.skip=true"];
        await runMaven(["-f", join(folder, "pom.xml"), ...options, "package", COPY_DEPENDENCIES, ...COPY_OPTIONS], []);
        const collected = join(folder, "artifacts");
        for (const module of modules) {
            renameSync(builtJar(join(folder, module)), join(target, `${module}.jar`));
            const artifacts = join(folder, module, "target", "artifacts");
            if (existsSync(artifacts)) cpSync(artifacts, collected, { recursive: true });
        }
        const own = new Set(reactor.modules.map(({ artifact }) => `${reactor.group}:${artifact}`));
        await moveArtifacts(collected, target, own);
    });
}

/** Shading leaves the JAR as it was before beside the one to use. */
function builtJar(module: string): string {
    const jars = listTarget(module).filter(
        (file) => /\.jar$/.test(file) && !/^original-|-(tests|sources|javadoc)\.jar$/.test(file),
    );
    if (jars.length !== 1) {
        throw new Error(
            `the build of ${basename(module)} made ${jars.length} JARs (${jars.join(", ")}); one is needed`,
        );
    }
    return join(module, "target", jars[0]!);
}

function listTarget(module: string): string[] {
    const target = join(module, "target");
    return existsSync(target) ? listFiles(target).filter((file) => !file.includes("/")) : [];
}

async function runMaven(args: string[], units: Unit[]): Promise<void> {
    const maven = findProgram("mvn");
    if (maven === undefined) {
        throw new Error(
            "Maven is needed to fetch the servers and plugins, and there is no mvn on PATH: run npm start, or install it",
        );
    }
    // -U: a failed download of an earlier run must not hide an artifact that the repository has now
    const { code, stdout, stderr } = await runProcess(maven, ["--batch-mode", "--no-transfer-progress", "-U", ...args]);
    if (code !== 0) throw new Error(mavenProblem(stdout + stderr, units));
}

/** Maven's own error lines, by unit; each names the artifact and the repository. */
export function mavenProblem(output: string, units: Unit[]): string {
    // Maven may colour its output
    const errors = output
        .replace(/\u001b\[[0-9;]*m/g, "")
        .split("\n")
        .filter((line) => line.startsWith("[ERROR]"));
    const causes = errors.flatMap((line) => {
        const [, project, cause] = /^\[ERROR\] Failed to execute goal on project (\S+): (.*)$/.exec(line) ?? [];
        if (project === undefined || cause === undefined) return [];
        const unit = units.find(({ pom }) => pom.includes(`<artifactId>${project}</artifactId>`));
        return [`  ${unit?.name ?? project}: ${cause.replace(/ -> \[Help \d+\]$/, "")}`];
    });
    if (causes.length > 0) {
        const advice = "Check the coordinates, and the repositories and mirrors in Maven's settings.xml.";
        return `Maven could not resolve everything:\n${[...new Set(causes)].join("\n")}\n${advice}`;
    }
    const lines = errors.length > 0 ? errors.slice(0, 12).join("\n") : lastLines(output, 12);
    return `Maven failed:\n${lines}`;
}

/** A unit of coordinates in which everything that Connect brings along is left out: a plugin's own copy would be a second one. */
export function pluginUnit(name: string, coordinates: Coordinate[]): Unit {
    return { name: `plugins.${name}`, pom: pluginPom(name, coordinates), properties: {} };
}

function pluginPom(name: string, coordinates: Coordinate[]): string {
    return `<project xmlns="http://maven.apache.org/POM/4.0.0">
    <modelVersion>4.0.0</modelVersion>
    <groupId>dev.connectcdc.staging</groupId>
    <artifactId>plugin-${name}</artifactId>
    <version>1</version>
    <packaging>pom</packaging>
    <dependencies>${coordinates.map(dependency).join("")}
    </dependencies>
</project>
`;
}

/** The API and the logging of the worker, which plugins share with it (an archive is complete as it is). */
const PROVIDED = ["org.apache.kafka:connect-api", "org.apache.kafka:kafka-clients", "org.slf4j:*"];

function dependency(coordinate: Coordinate): string {
    const excluded = isArchive(coordinate.type) ? ["*:*"] : PROVIDED;
    const exclusions = excluded.map((text) => {
        const [group, artifact] = text.split(":");
        return `<exclusion><groupId>${group}</groupId><artifactId>${artifact}</artifactId></exclusion>`;
    });
    const { group, artifact, version, classifier, type } = coordinate;
    return `
        <dependency>
            <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
            ${classifier && `<classifier>${classifier}</classifier>`}<type>${type}</type>
            <exclusions>${exclusions.join("")}</exclusions>
        </dependency>`;
}

export function isArchive(type: string): boolean {
    return /^(zip|tar|tgz|tar\.gz)$/.test(type);
}
