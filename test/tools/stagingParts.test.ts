import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cached, cachePath } from "../../images/staging/cache";
import { coordinateOfPath, formatCoordinate, parseCoordinate } from "../../images/staging/coordinate";
import { hostMirrors, PUBLIC_MIRRORS, sourcesList } from "../../images/staging/debianSources";
import { lockProblems } from "../../images/staging/lockFile";
import { mavenProblem, pluginUnit } from "../../images/staging/maven";
import { moduleDigest, readReactor } from "../../images/staging/reactor";
import { parseRequest } from "../../images/staging/request";

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-staging-"));
});

afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
});

describe("a request", () => {
    const good = { kafkaVersion: "3.9.2", zookeeperVersion: "3.8.6", artemisVersion: "2.40.0", plugins: {} };
    const sha512 = "ab".repeat(64);

    test("may have plugins from everywhere", () => {
        const plugins = {
            a: { maven: "g:a:1:plugin:tar.gz", sha512 },
            b: { project: "plugins/transforms", libraries: ["g:a:1"] },
            c: { path: "/some/folder" },
            d: { url: "https://example.com/d.zip", sha512 },
        };
        expect(parseRequest(JSON.stringify({ ...good, plugins })).plugins).toEqual(plugins);
    });

    test("has all its problems in one error, each with its path", () => {
        const plugins = {
            a: { maven: "g:a" },
            b: { maven: "g:a:1-SNAPSHOT" },
            c: { url: "https://example.com/c.zip" },
            d: { path: "x", project: "y" },
            e: { project: "plugins/transforms", libraries: ["a b:c:1"] },
            "../f": { path: "x" },
        };
        const parse = () => parseRequest(JSON.stringify({ ...good, kafkaVersion: "latest", plugins }));
        expect(parse).toThrow("kafkaVersion: must be a fixed version");
        expect(parse).toThrow("plugins.a.maven: is not a Maven coordinate; write group:artifact:version");
        expect(parse).toThrow("plugins.b.maven: has no fixed version");
        expect(parse).toThrow("plugins.c.sha512: is missing");
        expect(parse).toThrow("plugins.d: must have exactly one of maven, project, path and url");
        expect(parse).toThrow("plugins.e.libraries.0: is not a Maven coordinate");
        expect(parse).toThrow("plugins.../f: must be of letters, digits");
    });

    test("cannot have two plugins in one folder, on any file system", () => {
        const plugins = { sink: { path: "/a" }, Sink: { path: "/b" } };
        expect(() => parseRequest(JSON.stringify({ ...good, plugins }))).toThrow(
            "plugins.Sink: is the same folder as sink where case does not count",
        );
    });
});

test.each([
    ["g.h:a-b:1.0", { group: "g.h", artifact: "a-b", version: "1.0", classifier: "", type: "jar" }],
    ["g:a:1:linux-x86_64", { group: "g", artifact: "a", version: "1", classifier: "linux-x86_64", type: "jar" }],
    ["g:a:1:bin:tar.gz", { group: "g", artifact: "a", version: "1", classifier: "bin", type: "tar.gz" }],
    ["g:a:1::zip", { group: "g", artifact: "a", version: "1", classifier: "", type: "zip" }],
])("coordinate %s", (text, coordinate) => {
    expect(parseCoordinate(text)).toEqual(coordinate);
    expect(formatCoordinate(coordinate)).toBe(text);
    const { group, artifact, version, classifier, type } = coordinate;
    const name = `${artifact}-${version}${classifier && `-${classifier}`}.${type}`;
    expect(coordinateOfPath(`${group.replaceAll(".", "/")}/${artifact}/${version}/${name}`)).toEqual(coordinate);
});

describe("the lock", () => {
    const artifact = { coordinate: "g:a:1", file: "/cache/a-1.jar", sha512: "1234" };

    test("knows the artifact", () => {
        expect(lockProblems([{ name: "runtime", artifacts: [artifact] }], { "g:a:1": "1234" })).toEqual([]);
    });

    test("names artifact, expected and found checksum of another file", () => {
        const [problem, ...more] = lockProblems([{ name: "runtime", artifacts: [artifact] }], { "g:a:1": "5678" });
        expect(problem).toMatch(/^runtime: g:a:1 .* its sha512 is 1234, expected is 5678/);
        expect(more).toEqual([]);
    });

    test("has the command that adds an unknown artifact", () => {
        const [problem] = lockProblems([{ name: "plugins.x", artifacts: [artifact] }], {});
        expect(problem).toMatch(/^plugins\.x: no checksum in images\/lock\.json for g:a:1\..* npm run lock .*sha512/);
    });

    test("names some of many", () => {
        const artifacts = Array.from({ length: 9 }, (_, i) => ({ ...artifact, coordinate: `g:a:${i}` }));
        expect(lockProblems([{ name: "x", artifacts }], {})[0]).toContain(
            "g:a:0, g:a:1, g:a:2, g:a:3, g:a:4 and 4 more",
        );
    });

    test("yields to a checksum in config", () => {
        const overrides = { "g:a:1": "1234" };
        expect(lockProblems([{ name: "x", artifacts: [artifact], overrides }], { "g:a:1": "5678" })).toEqual([]);
        expect(lockProblems([{ name: "x", artifacts: [artifact], overrides: { "g:a:1": "99" } }], {})[0]).toContain(
            "its sha512 is 1234, expected is 99",
        );
    });
});

test("Maven's own lines name the plugin that cannot be resolved, with the artifact and the repository", () => {
    const output = [
        "[INFO] plugin-sink ... FAILURE",
        "[ERROR] Failed to execute goal on project plugin-sink: Could not resolve dependencies for project x:pom:1: Could not find artifact g:a:jar:1 in central (https://repository.example) -> [Help 1]",
        "[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.",
    ].join("\n");
    const message = mavenProblem(output, [pluginUnit("sink", [parseCoordinate("g:a:1")])]);
    expect(message).toContain(
        "plugins.sink: Could not resolve dependencies for project x:pom:1: Could not find artifact g:a:jar:1",
    );
    expect(message).toContain("(https://repository.example)\n");
    expect(message).not.toContain("Help");
});

test("another failure of Maven is shown with its first lines", () => {
    expect(mavenProblem("[INFO] x\n[ERROR] COMPILATION ERROR\n[ERROR] A.java:[1,2] ';' expected\n", [])).toBe(
        "Maven failed:\n[ERROR] COMPILATION ERROR\n[ERROR] A.java:[1,2] ';' expected",
    );
});

test("a plugin's libraries come without what the worker brings along, an archive without anything", () => {
    const { pom } = pluginUnit("x", ["g:a:1", "g:b:1::zip"].map(parseCoordinate));
    const [jar, archive] = pom.split("</dependency>");
    for (const artifact of ["connect-api", "kafka-clients"]) {
        expect(jar).toContain(`<groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId>`);
    }

    expect(jar).toContain("<exclusion><groupId>org.slf4j</groupId><artifactId>*</artifactId></exclusion>");
    expect(archive).toContain("<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>");
});

describe("a reactor's module", () => {
    function write(path: string, content: string): void {
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(join(folder, path), content);
    }

    function digest(): string {
        return moduleDigest(readReactor(join(folder, "sink")), "sink");
    }

    beforeEach(() => {
        const pom = (artifact: string, dependency = "") =>
            `<project><parent><groupId>p</groupId><artifactId>parent</artifactId><version>7</version></parent>
             <artifactId>${artifact}</artifactId>
             <dependencies><dependency><artifactId>${dependency}</artifactId></dependency></dependencies></project>`;
        write("pom.xml", "<project><groupId>own</groupId><artifactId>root</artifactId><version>2</version></project>");
        write("sink/pom.xml", pom("x-sink", "x-base"));
        write("base/pom.xml", pom("x-base"));
        write("other/pom.xml", pom("x-other"));
        write("base/src/main/Base.java", "class Base {}");
    });

    test("is read with its own names, not its parent's or dependencies'", () => {
        const { group, version, modules } = readReactor(join(folder, "sink"));
        expect({ group, version }).toEqual({ group: "own", version: "2" });
        expect(modules.map(({ artifact }) => artifact).sort()).toEqual(["x-base", "x-other", "x-sink"]);
    });

    test("is built again when it or a module that it needs changes, and not otherwise", () => {
        const before = digest();
        write("other/src/Other.java", "class Other {}");
        write("sink/target/classes/Sink.class", "compiled");
        write("sink/src/test/SinkTest.java", "class SinkTest {}");
        expect(digest()).toBe(before);
        write("base/src/main/Base.java", "class Base { int x; }");
        expect(digest()).not.toBe(before);
    });

    test("needs poms", () => {
        expect(() => readReactor(join(folder, "sink", "src"))).toThrow("pom.xml is missing");
    });
});

describe("Debian's mirrors", () => {
    test("are the public ones where the host has no setting", () => {
        expect(hostMirrors(folder)).toEqual(PUBLIC_MIRRORS);
    });

    test("are the host's, in both formats of apt", () => {
        writeFileSync(
            join(folder, "sources.list"),
            "# deb http://old.example/debian bookworm main\ndeb [arch=amd64] http://one.example/debian/ bookworm main contrib\n",
        );
        mkdirSync(join(folder, "sources.list.d"));
        writeFileSync(
            join(folder, "sources.list.d", "debian.sources"),
            "Types: deb\nURIs: http://two.example/security/\nSuites: bookworm-security\nComponents: main\n\nTypes: deb\nURIs: http://three.example\nSuites: nodistro\n",
        );
        const mirrors = hostMirrors(folder);
        expect(mirrors).toEqual({ main: "http://one.example/debian", security: "http://two.example/security" });
        expect(sourcesList(mirrors)).toBe(
            "deb http://one.example/debian bookworm main\n" +
                "deb http://one.example/debian bookworm-updates main\n" +
                "deb http://two.example/security bookworm-security main\n",
        );
    });

    test("are not those of another release", () => {
        writeFileSync(join(folder, "sources.list"), "deb http://one.example/ubuntu noble main\n");
        expect(hostMirrors(folder)).toEqual(PUBLIC_MIRRORS);
    });
});

async function failOnExit(child: ChildProcess): Promise<never> {
    const [code] = await once(child, "exit");
    throw new Error(`the process ended by itself, with code ${code}`);
}

describe("the cache", () => {
    beforeEach(() => vi.stubEnv("XDG_CACHE_HOME", folder));

    test("has a folder built once, by the first process", async () => {
        let builds = 0;
        const build = async (target: string) => {
            builds++;
            await new Promise((done) => setImmediate(done));
            writeFileSync(join(target, "file"), "content");
        };
        const paths = await Promise.all([1, 2, 3].map(() => cached("things", "key", build)));
        expect(new Set(paths)).toEqual(new Set([cachePath("things", "key")]));
        expect(builds).toBe(1);
        expect(readFileSync(join(paths[0]!, "file"), "utf8")).toBe("content");
    });

    test("shows nothing of a build that failed, and tries again", async () => {
        const broken = async (target: string) => {
            writeFileSync(join(target, "half"), "");
            throw new Error("disk full");
        };
        await expect(cached("things", "key", broken)).rejects.toThrow("disk full");
        expect(readdirSync(join(cachePath("things", "key"), ".."))).toEqual([]);
        const path = await cached("things", "key", async (target) => writeFileSync(join(target, "whole"), ""));
        expect(readdirSync(path)).toEqual(["whole"]);
    });

    test("recovers from a process that was killed while it built", async () => {
        const script = `
            require("jiti").createJiti(process.cwd() + "/").import(${JSON.stringify(resolve(__dirname, "../../images/staging/cache.ts"))})
                .then(({ cached }) => cached("things", "key", (target) => {
                    require("node:fs").writeFileSync(target + "/half", "");
                    console.log("building");
                    return new Promise(() => setInterval(() => {}, 1000));
                }));`;
        const child = spawn(process.execPath, ["-e", script], {
            cwd: resolve(__dirname, "../.."),
            stdio: ["ignore", "pipe", "inherit"],
        });
        await Promise.race([once(child.stdout, "data"), failOnExit(child)]);
        const exit = once(child, "exit");
        child.kill("SIGKILL");
        await exit;
        const path = await cached("things", "key", async (target) => writeFileSync(join(target, "whole"), ""));
        expect(readdirSync(path)).toEqual(["whole"]);
        expect(existsSync(`${path}.lock`)).toBe(false);
    });
});
