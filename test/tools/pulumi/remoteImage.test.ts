import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { PulumiProgram } from "./pulumiProgram";
import { docker, execute, makeTestImage, removeTestImage } from "./testImage";

const name = `cdc-plugtest-image-${process.pid}`;
const base = `${name}/base:1`;
let program: PulumiProgram;
let context: string;

beforeAll(async () => {
    program = await PulumiProgram.create();
    await makeTestImage(base);
    context = join(program.folder, "context");
    mkdirSync(context);
});

afterAll(async () => {
    await program.close();
    await removeTestImage(base);
});

/** An image whose name holds the digest of its content, and a container of it, as the platform has them. */
function imageAndContainer(digest: string): string {
    const build = { context, buildArgs: { BASE: base }, useLegacyBuilder: true, labels: { a: "b" }, forceRemove: true };
    return `
const host = new docker.Provider("host", { host: "unix:///var/run/docker.sock" });
const image = new docker.RemoteImage("image",
    ${JSON.stringify({ name: `${name}/role:${digest}`, build, triggers: { digest }, forceRemove: true })}, { provider: host });
new docker.Container("container", {
    name: "${name}", image: image.imageId, command: ["sleep", "600"], destroyGraceSeconds: 0,
}, { provider: host, deleteBeforeReplace: true });`;
}

function writeContext(greeting: string): void {
    writeFileSync(join(context, "Dockerfile"), "ARG BASE\nFROM ${BASE}\nCOPY . /context/\n");
    writeFileSync(join(context, ".dockerignore"), "*.log\n");
    writeFileSync(join(context, "greeting"), greeting);
    writeFileSync(join(context, "noise.log"), "");
}

async function tags(): Promise<string[]> {
    const images = await docker.listImages({ filters: { reference: [`${name}/role`] } });
    return images.flatMap(({ RepoTags }) => RepoTags ?? []);
}

test("an image is built from its context, without what .dockerignore names", async () => {
    writeContext("first");
    const outcome = await program.up(imageAndContainer("1"));
    expect(outcome.steps).toEqual({ image: "create", container: "create" });
    expect(await execute(name, "ls", "-A", "/context")).toBe(".dockerignore  Dockerfile  greeting\r\n");
    expect(await execute(name, "stat", "-c", "%u", "/context/greeting")).toBe("0\r\n");
    const { Config } = await docker.getImage(`${name}/role:1`).inspect();
    expect(Config.Labels).toMatchObject({ a: "b" });
    expect(await program.run("preview", "--refresh")).toMatchObject({ ok: true, messages: "" });
});

test("a new digest shows in the preview, replaces image and container, and the old image goes", async () => {
    writeContext("second");
    program.write(imageAndContainer("2"));
    expect((await program.run("preview")).steps).toMatchObject({
        image: "create-replacement",
        container: "delete-replaced",
    });
    expect((await program.run("up", "--yes", "--skip-preview")).ok).toBe(true);
    expect(await execute(name, "cat", "/context/greeting")).toBe("second");
    expect(await tags()).toEqual([`${name}/role:2`]);
});

test("a build that fails shows what the command wrote", async () => {
    writeFileSync(join(context, "Dockerfile"), "ARG BASE\nFROM ${BASE}\nRUN echo it went wrong && exit 5\n");
    const outcome = await program.up(imageAndContainer("3"));
    expect(outcome.messages).toContain(`unable to build image ${name}/role:3`);
    expect(outcome.messages).toContain("it went wrong");
    expect(await tags()).toEqual([`${name}/role:2`]);
});

test("destroy leaves no image", async () => {
    expect((await program.run("destroy", "--yes", "--skip-preview")).ok).toBe(true);
    expect(await tags()).toEqual([]);
});

/** Puts a script in the place of `ssh` until the end of the test. */
function replaceSsh(script: string): void {
    const folder = join(program.folder, "bin");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "ssh"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { PATH } = program.environment;
    program.environment.PATH = `${folder}:${PATH}`;
    onTestFinished(() => {
        program.environment.PATH = PATH;
    });
}

test("an engine on another host is reached by the ssh command, with the user's options", async () => {
    writeContext("from afar");
    // runs on this host what ssh would run on the other one
    replaceSsh('echo "$@" >> "$(dirname "$0")/ssh.log"; while [ "$1" != -- ]; do shift; done; shift 2; exec "$@"');
    program.environment.PATH = `${program.folder}:${program.environment.PATH}`;
    const host = JSON.stringify({ host: "ssh://somebody@far.example:2222", sshOpts: ["-o", "BatchMode=yes"] });
    const statements = imageAndContainer("4").replace('{ host: "unix:///var/run/docker.sock" }', host);
    const outcome = await program.up(statements);
    expect(outcome.ok).toBe(true);
    expect(await execute(name, "cat", "/context/greeting")).toBe("from afar");
    const calls = readFileSync(join(program.folder, "bin", "ssh.log"), "utf8")
        .trim()
        .split("\n");
    expect(new Set(calls)).toEqual(
        new Set(["-o BatchMode=yes -l somebody -p 2222 -- far.example docker system dial-stdio"]),
    );
    await program.up("");
    expect(await tags()).toEqual([]);
});

test("an ssh command that fails is reported with its output", async () => {
    replaceSsh("echo 'Permission denied (publickey).' >&2; exit 255");
    const outcome = await program.up(`
const host = new docker.Provider("host", { host: "ssh://far.example" });
new docker.Network("network", { name: "${name}" }, { provider: host });`);
    expect(outcome.messages).toContain("the Docker engine at ssh://far.example does not answer");
    expect(outcome.messages).toContain("Permission denied (publickey).");
    await program.up("");
});

test("an engine that does not answer is named", async () => {
    const outcome = await program.up(`
const host = new docker.Provider("host", { host: "tcp://127.0.0.1:1" });
new docker.Network("network", { name: "${name}" }, { provider: host });`);
    expect(outcome.messages).toContain("the Docker engine at tcp://127.0.0.1:1 does not answer");
    await program.up("");
});
