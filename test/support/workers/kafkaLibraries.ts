import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { defaults } from "../../../config/defaults";
import { cacheFolder } from "../../../tools/folders";

/** Jars for tests that run Kafka and Connect as plain processes. */
export interface KafkaLibraries {
    version: string;
    /** Class path of broker and worker. */
    classPath: string;
    /** Plugin path with the file connectors and those of MirrorMaker. */
    pluginPath: string;
}

/** Resolves the jars by Maven once and keeps them in the cache folder. */
export async function kafkaLibraries(version: string): Promise<KafkaLibraries> {
    const pom = pomOf(version);
    const digest = createHash("sha256").update(pom).digest("hex").slice(0, 16);
    const folder = join(cacheFolder("test-kafka"), `${version}-${digest}`);
    if (!existsSync(folder)) await resolve(pom, folder);

    return { version, classPath: join(folder, "libs", "*"), pluginPath: join(folder, "plugins") };
}

/** The jars of the runtime image: those of its own pom, with the stack's default versions. @returns their class path. */
export async function runtimeClassPath(): Promise<string> {
    const pom = readFileSync(join(__dirname, "../../../images/runtime/pom.xml"), "utf8");
    const versions = [defaults.kafka.version, defaults.zookeeper.version];
    const digest = createHash("sha256")
        .update([pom, ...versions].join("\n"))
        .digest("hex");
    const folder = join(cacheFolder("test-kafka"), `runtime-${digest.slice(0, 16)}`);
    const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
    const options = ["-DincludeScope=runtime", "-DoutputDirectory=libs"];
    const properties = [`-Dkafka.version=${versions[0]}`, `-Dzookeeper.version=${versions[1]}`];
    if (!existsSync(folder)) await resolve(pom, folder, [copy, ...options, ...properties]);
    return join(folder, "libs", "*");
}

async function resolve(pom: string, folder: string, goals = ["package"]): Promise<void> {
    const draft = `${folder}.${process.pid}`;
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, "pom.xml"), pom);
    await promisify(execFile)("mvn", ["-B", "-q", "-f", join(draft, "pom.xml"), ...goals], { maxBuffer: 1 << 26 });
    await rm(join(draft, "target"), { recursive: true, force: true });
    // Two tests may do this at the same time: the first one there wins, both are equal.
    await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
}

/** Where a version of its own is not in every mirror of Maven's registry. */
const AUTH_EXTENSION: Record<string, string> = { "3.9.2": "3.9.1" };

/** Artifacts of plugins, and the folder of each. */
const PLUGINS = { "connect-file": "file", "connect-mirror": "mirror", "connect-mirror-client": "mirror" };

function pomOf(version: string): string {
    const dependency = ([groupId, artifactId, version]: string[]) =>
        `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
    const plugin = ([artifactId, folder]: string[]) =>
        `<artifactItem><groupId>org.apache.kafka</groupId><artifactId>${artifactId}</artifactId><version>${version}</version>` +
        `<outputDirectory>\${project.basedir}/plugins/${folder}</outputDirectory></artifactItem>`;
    const kafka = ["kafka_2.13", "connect-runtime", "connect-json"];
    const dependencies = [
        ...kafka.map((name) => ["org.apache.kafka", name, version]),
        ["org.apache.kafka", "connect-basic-auth-extension", AUTH_EXTENSION[version] ?? version],
        ...loggingOf(version),
    ];
    return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>connect-cdc.test</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${dependencies.map(dependency).join("")}</dependencies>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.6.1</version>
    <executions>
      <execution><id>libs</id><phase>package</phase><goals><goal>copy-dependencies</goal></goals>
        <configuration><outputDirectory>\${project.basedir}/libs</outputDirectory><includeScope>runtime</includeScope></configuration></execution>
      <execution><id>plugins</id><phase>package</phase><goals><goal>copy</goal></goals>
        <configuration><artifactItems>${Object.entries(PLUGINS).map(plugin).join("")}</artifactItems></configuration></execution>
    </executions>
  </plugin></plugins></build>
</project>
`;
}

/** Without it the servers log nothing. */
function loggingOf(version: string): string[][] {
    return usesLog4j2(version)
        ? ["log4j-core", "log4j-slf4j-impl"].map((name) => ["org.apache.logging.log4j", name, "2.24.3"])
        : [["org.slf4j", "slf4j-reload4j", "1.7.36"]];
}

/** From 4.0 on servers log through log4j 2. */
export function usesLog4j2(version: string): boolean {
    return Number.parseInt(version) >= 4;
}
