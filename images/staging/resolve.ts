import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { PluginSource, StageRequest } from "./contract";
import { formatCoordinate, parseCoordinate } from "./coordinate";
import { moduleFolder } from "./corrections";
import { digestOf } from "./digests";
import type { ArtifactSet } from "./lockFile";
import { type Artifact, type Build, buildModules, pluginUnit, resolveUnits, type Unit } from "./maven";
import { moduleDigest, type Reactor, readReactor } from "./reactor";

/** The part of a request that plugins need. */
type Plugins = Pick<StageRequest, "plugins">;

/** Everything that Maven gives for a request; not yet checked. */
export interface Resolved {
    runtime: Artifact[];
    artemis: Artifact[];
    /** Empty: the request has no registry. */
    registry: Artifact[];
    plugins: Record<string, ResolvedPlugin>;
}

export interface ResolvedPlugin {
    /** The plugin itself, when Maven fetched it, and its libraries. */
    artifacts: Artifact[];
    /** The module of our own that it is, or that corrects it. */
    module?: BuiltModule;
}

export interface BuiltModule {
    jar: string;
    version: string;
    /** Digest of its sources. */
    digest: string;
    /** What went into the JAR. */
    artifacts: Artifact[];
}

/** Resolves the servers and plugins and builds our own plugins, each in one run of Maven, or none when nothing changed. */
export async function resolveAll(request: StageRequest, checkout: string): Promise<Resolved> {
    checkPaths(request, checkout);
    const units = imageUnits(request, checkout);
    const resolved = await resolveUnits([...units, ...pluginUnits(request).map(({ unit }) => unit)]);
    const of = (role: string) => resolved[units.findIndex(({ name }) => name === role)] ?? [];
    const plugins = await resolvePlugins(request, checkout);
    return { runtime: of("runtime"), artemis: of("artemis"), registry: of("registry"), plugins };
}

/** The plugins' part of {@link resolveAll}. */
export async function resolvePlugins(request: Plugins, checkout: string): Promise<Record<string, ResolvedPlugin>> {
    const units = pluginUnits(request);
    const libraries = await resolveUnits(units.map(({ unit }) => unit));
    const modules = await buildProjects(request, checkout);
    const result = Object.keys(request.plugins).map((name) => {
        const index = units.findIndex((unit) => unit.name === name);
        return [name, { artifacts: libraries[index] ?? [], module: modules[name] }] as const;
    });
    return Object.fromEntries(result);
}

function pluginUnits({ plugins }: Plugins): { name: string; unit: Unit }[] {
    return Object.entries(plugins).flatMap(([name, source]) => {
        const coordinates = coordinatesOf(source).map(parseCoordinate);
        return coordinates.length === 0 ? [] : [{ name, unit: pluginUnit(name, coordinates) }];
    });
}

/** What has to be in the lock file. */
export function artifactSets({ runtime, artemis, registry, plugins }: Resolved, request: StageRequest): ArtifactSet[] {
    const ofPlugins = Object.entries(plugins).map(([name, { artifacts, module }]) => ({
        name: `plugins.${name}`,
        artifacts: [...artifacts, ...(module?.artifacts ?? [])],
        overrides: checksumInConfig(request.plugins[name]!),
    }));
    return [
        { name: "runtime", artifacts: runtime },
        { name: "artemis", artifacts: artemis },
        { name: "registry", artifacts: registry },
        ...ofPlugins,
    ];
}

function checksumInConfig(source: PluginSource): Record<string, string> {
    if (!("maven" in source) || source.sha512 === undefined) return {};
    return { [formatCoordinate(parseCoordinate(source.maven))]: source.sha512 };
}

function coordinatesOf(source: PluginSource): string[] {
    return [...("maven" in source ? [source.maven] : []), ...(source.libraries ?? [])];
}

function imageUnits(request: StageRequest, checkout: string): Unit[] {
    const { kafkaVersion, zookeeperVersion, artemisVersion, registryVersion } = request;
    return [
        {
            name: "runtime",
            pom: imagePom("runtime", checkout),
            properties: { "kafka.version": kafkaVersion, "zookeeper.version": zookeeperVersion },
        },
        serverUnit("artemis", artemisVersion, checkout),
        ...(registryVersion === undefined ? [] : [serverUnit("registry", registryVersion, checkout)]),
    ];
}

/** The server of an image that has one archive, whose version is a property of the image's pom. */
export function serverUnit(role: "artemis" | "registry", version: string, checkout: string): Unit {
    return { name: role, pom: imagePom(role, checkout), properties: { [`${role}.version`]: version } };
}

function imagePom(role: string, checkout: string): string {
    return readFileSync(join(checkout, "images", role, "pom.xml"), "utf8");
}

/** What a missing path means is clearer before ten minutes of other work than after. */
function checkPaths({ plugins }: Plugins, checkout: string): void {
    const problems = Object.entries(plugins).flatMap(([name, source]) => {
        if (!("path" in source) || existsSync(resolve(checkout, source.path))) return [];
        return [`plugins.${name}: ${resolve(checkout, source.path)} does not exist; correct its path`];
    });
    if (problems.length > 0) throw new Error(problems.join("\n"));
}

async function buildProjects({ plugins }: Plugins, checkout: string): Promise<Record<string, BuiltModule>> {
    const projects = Object.entries(plugins).flatMap(([name, source]) => {
        const own = moduleFolder(source);
        if (own === undefined) return [];
        const folder = resolve(checkout, own);
        const reactor = readReactor(folder);
        const module = folder.slice(dirname(folder).length + 1);
        return [{ name, reactor, module, digest: moduleDigest(reactor, module) }];
    });
    const built: Record<string, BuiltModule> = {};
    for (const reactor of distinctReactors(projects.map((project) => project.reactor))) {
        const own = projects.filter((project) => project.reactor.folder === reactor.folder);
        const modules = [...new Set(own.map(({ module }) => module))].sort();
        const build: Build = await buildModules(reactor, modules, digestOf(own.map(({ digest }) => digest).sort()));
        for (const { name, module, digest } of own) {
            built[name] = { jar: build.jars[module]!, version: reactor.version, digest, artifacts: build.artifacts };
        }
    }
    return built;
}

function distinctReactors(reactors: Reactor[]): Reactor[] {
    return [...new Map(reactors.map((reactor) => [reactor.folder, reactor])).values()];
}
