import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
    chmodSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { defaults } from "../../config/defaults";
import type { Definitions, ImageRole, PluginSource, StageRequest, StageResult } from "../../images/staging/contract";
import { stagePlugins } from "../../images/staging/plugins";
import { stage } from "../../images/staging/stage";
import { CHECKOUT } from "../../tools/project";

// These tests use the cache of the user, as the program does: with one of their own each would make a base image.

const request: StageRequest = {
    kafkaVersion: defaults.kafka.version,
    zookeeperVersion: defaults.zookeeper.version,
    artemisVersion: defaults.jmsBroker.version,
    plugins: defaults.connect.plugins,
};
const MINUTE = 60_000;

function runStage(input: string) {
    return spawnSync(process.execPath, [join(CHECKOUT, "images", "staging", "program.js")], {
        input,
        encoding: "utf8",
    });
}

describe("the program's request", () => {
    let result: StageResult;

    beforeAll(() => {
        const { status, stdout, stderr } = runStage(JSON.stringify(request));
        expect(status, stderr).toBe(0);
        result = JSON.parse(stdout) as StageResult;
    }, 15 * MINUTE);

    test("gives each image a context and a digest", () => {
        for (const { context, digest } of Object.values(result.images)) {
            expect(existsSync(join(context, "Dockerfile"))).toBe(true);
            expect(digest).toMatch(/^[0-9a-f]{64}$/);
        }
        expect(new Set(Object.values(result.images).map(({ digest }) => digest)).size).toBe(6);
    });

    test("is answered from memory when nothing changed", () => {
        const { stdout, stderr } = runStage(JSON.stringify(request));
        expect(JSON.parse(stdout)).toEqual(result);
        expect(stderr).toBe("");
    });

    test("makes the watch image on request: one program file, and its own Node.js", () => {
        expect(result.images.watch).toBeUndefined();
        const { stdout } = runStage(JSON.stringify({ ...request, watch: true }));
        const { images } = JSON.parse(stdout) as StageResult;
        const { context } = images.watch!;
        expect(readdirSync(context).sort()).toEqual(["Dockerfile", "health-watch", "node", "watch.js"]);
        expect(readFileSync(join(context, "watch.js"), "utf8")).not.toContain(CHECKOUT);
        expect(images.base).toEqual(result.images.base);
        const node = spawnSync(join(context, "node"), ["--version"], { encoding: "utf8" });
        const pins = readFileSync(join(CHECKOUT, "images", "watch", "package.json"), "utf8");
        expect(pins).toContain(`"node-linux-${process.arch}": "${node.stdout.trim().slice(1)}"`);
    });

    test("puts servers and plugins into their contexts, and nothing of the worker's into a plugin", () => {
        const { runtime, connect } = result.images;
        const libraries = readdirSync(join(runtime.context, "libs"));
        expect(libraries).toContain(`kafka_2.13-${request.kafkaVersion}.jar`);
        expect(libraries).toContain(`zookeeper-${request.zookeeperVersion}.jar`);
        expect(libraries.filter((name) => name.startsWith("logback"))).toEqual([]);
        const plugins = join(connect.context, "plugins");
        expect(readdirSync(plugins).sort()).toEqual(Object.keys(request.plugins).sort());
        // Connect reads them in the order of their names: the first one's classes count
        const corrected = ["debezium-bulk-rows-0.1.0.jar", "debezium-connector-postgres-3.7.0.Final.jar"];
        expect(readdirSync(join(plugins, "debezium-postgres"))).toEqual(expect.arrayContaining(corrected));
        expect(corrected.toSorted()).toEqual(corrected);
        const sink = readdirSync(join(plugins, "jms-sink"));
        expect(sink).toEqual(expect.arrayContaining(["jms-sink-0.1.0.jar", "artemis-jakarta-client-2.40.0.jar"]));
        expect(sink.filter((name) => /^(connect-api|kafka-clients|slf4j)/.test(name))).toEqual([]);
    });

    test("has the plugins' versions and settings, as a worker will see them", () => {
        expect(result.plugins.map(({ name, version }) => [name, version])).toEqual([
            ["debezium-postgres", "3.7.0.Final"],
            ["jms-sink", "0.1.0"],
            ["transforms", "0.1.0"],
        ]);
        const definitions = JSON.parse(readFileSync(result.definitions, "utf8")) as Definitions;
        const find = (name: string) => definitions.plugins.find((plugin) => plugin.class === name);
        expect(find("dev.connectcdc.transforms.JsonWriter")).toMatchObject({
            type: "transformation",
            folder: "transforms",
        });
        expect(find("org.apache.kafka.connect.json.JsonConverter")).toMatchObject({
            folder: "classpath",
            version: request.kafkaVersion,
        });
        const sink = find("dev.connectcdc.jms.JmsSinkConnector")!;
        expect(sink).toMatchObject({ type: "sink", version: "0.1.0", folder: "jms-sink" });
        const setting = (name: string) => sink.config.find((one) => one.name === name);
        expect(setting("jms.destination.name")).toMatchObject({ type: "STRING", required: true, default: null });
        expect(setting("jms.destination.type")).toMatchObject({ default: "queue", validValues: ["queue", "topic"] });
        expect(setting("jms.password")).toMatchObject({ type: "PASSWORD" });
        const source = find("io.debezium.connector.postgresql.PostgresConnector")!;
        expect(source).toMatchObject({ type: "source", version: "3.7.0.Final", folder: "debezium-postgres" });
        // Its definitions have a default for every setting; its validation shows which ones are required
        const required = source.config.filter((one) => one.required).map(({ name }) => name);
        expect(required).toEqual(["database.hostname", "database.user", "database.dbname", "topic.prefix"]);
        expect(source.config.find(({ name }) => name === "snapshot.mode")).toMatchObject({
            recommendedValues: expect.arrayContaining(["initial", "no_data"]),
        });
    });

    test("lets workers start quickly: every default plugin has its service file", () => {
        expect(result.pluginDiscovery).toBe("service_load");
    });
});

test("a problem ends it with a message and nothing on stdout", () => {
    const { status, stdout, stderr } = runStage(JSON.stringify({ ...request, plugins: { x: { path: "not/there" } } }));
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toBe(`staging: plugins.x: ${join(CHECKOUT, "not/there")} does not exist; correct its path\n`);
});

describe("with a checkout of its own", () => {
    const bare: StageRequest = { ...request, plugins: {} };
    let checkout: string;

    beforeEach(() => {
        checkout = mkdtempSync(join(tmpdir(), "connect-cdc-checkout-"));
        cpSync(join(CHECKOUT, "images"), join(checkout, "images"), { recursive: true });
    });

    afterEach(() => {
        vi.unstubAllEnvs();
        rmSync(checkout, { recursive: true });
    });

    const image = (path: string) => join(checkout, "images", path);

    function edit(path: string): void {
        writeFileSync(image(path), `${readFileSync(image(path), "utf8")}\n# edited\n`);
    }

    function editLock(change: (lock: Record<string, string>) => void): void {
        const lock = JSON.parse(readFileSync(image("lock.json"), "utf8")) as Record<string, string>;
        change(lock);
        writeFileSync(image("lock.json"), JSON.stringify(lock));
    }

    test.each<[string, ImageRole[]]>([
        ["connect/Dockerfile", ["connect"]],
        ["runtime/health-kafka", ["runtime", "connect"]],
        ["artemis/WriteUsers.java", ["artemis"]],
        ["runtime/SecureMetrics.java", ["runtime", "connect"]],
        ["runtime/RestAuthorizer.java", ["runtime", "connect"]],
        ["jre/Dockerfile", ["jre", "runtime", "connect", "artemis"]],
        ["runtime/pom.xml", []],
    ])("an edit of %s changes the images made of it", async (path, expected) => {
        const { images: before } = await stage(bare, checkout);
        if (path.endsWith("pom.xml")) {
            writeFileSync(image(path), `${readFileSync(image(path), "utf8")}<!-- edited -->\n`);
        } else if (path.endsWith(".java")) {
            writeFileSync(image(path), `${readFileSync(image(path), "utf8")}// edited\n`);
        } else {
            edit(path);
        }
        const { images: after } = await stage(bare, checkout);
        const changed = (Object.keys(after) as ImageRole[]).filter(
            (role) => after[role]?.digest !== before[role]?.digest,
        );
        expect(changed.sort()).toEqual([...expected].sort());
    });

    test("the user's umask does not reach the images", async () => {
        edit("runtime/log4j.properties");
        chmodSync(image("runtime/log4j.properties"), 0o600);
        chmodSync(image("runtime/health-kafka"), 0o700);
        const { images } = await stage(bare, checkout);
        const mode = (file: string) => statSync(join(images.runtime.context, file)).mode & 0o777;
        expect(mode("log4j.properties")).toBe(0o644);
        expect(mode("metrics/secure.jar")).toBe(0o644);
        expect(mode("health-kafka")).toBe(0o755);
    });

    test("an artifact that differs from the lock file stops it", async () => {
        const coordinate = `org.apache.activemq:apache-artemis:${bare.artemisVersion}:bin:tar.gz`;
        const right = (JSON.parse(readFileSync(image("lock.json"), "utf8")) as Record<string, string>)[coordinate]!;
        const wrong = "0".repeat(128);
        editLock((lock) => (lock[coordinate] = wrong));
        await expect(stage(bare, checkout)).rejects.toThrow(
            `artemis: ${coordinate} is not the file that it should be: its sha512 is ${right}, expected is ${wrong}.`,
        );
    });

    test("an artifact that the lock file does not have stops it, with the remedy", async () => {
        const coordinate = `org.apache.zookeeper:zookeeper:${bare.zookeeperVersion}`;
        editLock((lock) => delete lock[coordinate]);
        await expect(stage(bare, checkout)).rejects.toThrow(
            `runtime: no checksum in images/lock.json for ${coordinate}. If you want it, run: npm run lock`,
        );
    });

    test("an artifact that Maven does not find is named with its plugin", async () => {
        const plugins = { nobody: { maven: "dev.connectcdc:there-is-none:1.0" } };
        const failure = stage({ ...bare, plugins }, checkout);
        await expect(failure).rejects.toThrow(/plugins\.nobody: .*dev\.connectcdc:there-is-none:jar:1\.0/);
    });

    test("a machine without Maven gets a message", async () => {
        vi.stubEnv("PATH", "");
        const plugins = { nobody: { maven: "dev.connectcdc:there-is-none:1.0" } };
        await expect(stage({ ...bare, plugins }, checkout)).rejects.toThrow("there is no mvn on PATH");
    });
});

describe("a plugin from elsewhere", () => {
    let folder: string;
    let server: Server;
    let served: Buffer;

    beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "connect-cdc-plugin-"));
        mkdirSync(join(folder, "vendor-sink-1.0", "lib"), { recursive: true });
        // Each run has content of its own, so that nothing comes from the cache
        writeFileSync(join(folder, "vendor-sink-1.0", "lib", "sink.jar"), String(process.hrtime.bigint()));
        writeFileSync(join(folder, "vendor-sink-1.0", "manifest.json"), "{}");
        for (const [program, ...args] of [
            ["jar", "--create", "--no-manifest", "--file", "sink.zip", "vendor-sink-1.0"],
            ["tar", "--create", "--gzip", "--file", "sink.tar.gz", "vendor-sink-1.0"],
        ]) {
            expect(spawnSync(program!, args, { cwd: folder }).status).toBe(0);
        }

        served = readFileSync(join(folder, "sink.zip"));
        server = createServer((_, response) => response.end(served)).listen(0, "127.0.0.1");
        await new Promise((listening) => server.once("listening", listening));
    });

    afterAll(() => {
        server.close();
        rmSync(folder, { recursive: true });
    });

    async function place(source: PluginSource): Promise<string> {
        const plugins = { x: source };
        const resolved = { runtime: [], artemis: [], plugins: { x: { artifacts: [] } } };
        const [staged] = await stagePlugins({ ...request, plugins }, resolved, folder);
        return staged!.folder;
    }

    const url = () => `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/files/sink.zip`;
    const sha512 = (content: Buffer) => createHash("sha512").update(content).digest("hex");
    const files = (path: string) => (readdirSync(path, { recursive: true }) as string[]).sort();

    test.each(["vendor-sink-1.0", "sink.zip", "sink.tar.gz"])("may be %s, without a folder around it", async (path) => {
        expect(files(await place({ path }))).toEqual(["lib", "lib/sink.jar", "manifest.json"]);
    });

    test("may be one JAR", async () => {
        expect(files(await place({ path: "vendor-sink-1.0/lib/sink.jar" }))).toEqual(["sink.jar"]);
    });

    test("has another digest when its content changes", async () => {
        const before = await place({ path: "vendor-sink-1.0" });
        writeFileSync(join(folder, "vendor-sink-1.0", "manifest.json"), '{"version":2}');
        expect(await place({ path: "vendor-sink-1.0" })).not.toBe(before);
    });

    test("may be a download", async () => {
        const path = await place({ url: url(), sha512: sha512(served).toUpperCase() });
        expect(files(path)).toEqual(["lib", "lib/sink.jar", "manifest.json"]);
    });

    test("must have its checksum, and a password in its URL is not shown", async () => {
        const wanted = sha512(served);
        served = Buffer.concat([served, Buffer.from("!")]);
        const failure = place({ url: url().replace("sink", "other"), sha512: wanted });
        await expect(failure).rejects.toThrow(`has the sha512 ${sha512(served)}, expected is ${wanted}`);
        await expect(failure).rejects.not.toThrow("secret");
    });
});
