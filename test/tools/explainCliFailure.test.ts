import {
    cpSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    renameSync,
    rmSync,
    symlinkSync,
    truncateSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import tar from "tar-stream";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { explainCliFailure } from "../../cli/stack/explainCliFailure";
import { pulumiEnvironment } from "../../tools/environment";
import { runProcess } from "../../tools/processes";
import { CHECKOUT } from "../../tools/project";
import { docker, makeTestImage, removeTestImage } from "./pulumi/testImage";

// The real CLI fails here, on a stack of its own in a folder of its own: a message that a new release words differently
// shows at once.
let folder: string;
let config: string;
const state = () => join(folder, "state");
const untouched = () => join(folder, "untouched");
const stateFile = () => join(state(), ".pulumi", "stacks", "connect-cdc", "broken.json");
const configFile = () => join(folder, "Pulumi.broken.yaml");

async function pulumi(args: string[], changes: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    const environment = {
        ...process.env,
        ...pulumiEnvironment(),
        PULUMI_BACKEND_URL: pathToFileURL(state()).href,
        PULUMI_CONFIG_PASSPHRASE: "right",
        ...changes,
    };
    const { code, stdout, stderr } = await runProcess("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd: folder,
        env: environment,
    });
    return { code, output: stderr + stdout };
}

/** The explanation of a command that has to fail. */
async function explained(args: string[], changes: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, output } = await pulumi([...args, "--stack", "broken"], changes);
    if (code === 0) throw new Error(`pulumi ${args.join(" ")} did not fail:\n${output}`);
    const message = explainCliFailure("broken", args[0]!, output);
    expect(message).toContain(`pulumi ${args[0]} of stack broken failed.`);
    return message;
}

/** The program creates a network on an engine that does not exist. */
const PROGRAM = `
const docker = require("@pulumi/docker");
const provider = new docker.Provider("host", { host: "unix:///nowhere/docker.sock" });
new docker.Network("net", { name: "explain-cli-failure" }, { provider });
`;

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-explain-"));
    writeFileSync(
        join(folder, "Pulumi.yaml"),
        "name: connect-cdc\nruntime: nodejs\nconfig: {kafka: {type: object, default: {}}}\n",
    );
    writeFileSync(join(folder, "package.json"), '{"main": "index.js"}');
    writeFileSync(join(folder, "index.js"), PROGRAM);
    symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    mkdirSync(state());
    const { code, output } = await pulumi(["stack", "init", "broken", "--no-select"]);
    if (code !== 0) throw new Error(output);
    config = readFileSync(configFile(), "utf8");
    renameSync(state(), untouched());
});

beforeEach(() => {
    rmSync(state(), { recursive: true, force: true });
    cpSync(untouched(), state(), { recursive: true });
    writeFileSync(configFile(), config);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
    ["a wrong passphrase", { PULUMI_CONFIG_PASSPHRASE: "wrong" }],
    ["no passphrase", { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined }],
    [
        "a passphrase file that does not exist",
        { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere/passphrase" },
    ],
])("%s", async (_name, changes) => {
    expect(await explained(["preview"], changes)).toContain(
        "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    );
});

test("a locked stack", async () => {
    const locks = join(state(), ".pulumi", "locks", "organization", "connect-cdc", "broken");
    mkdirSync(locks, { recursive: true });
    const holder = { pid: 42, username: "ann", hostname: "laptop", timestamp: "2026-01-02T03:04:05Z" };
    writeFileSync(join(locks, "0d0c0a1e-0000-0000-0000-000000000000.json"), JSON.stringify(holder));
    const message = await explained(["destroy", "--yes", "--skip-preview"]);
    expect(message).toContain("process 42 of ann@laptop, since 2026-01-02T03:04:05Z. Wait");
    expect(message).toContain("pulumi cancel --yes --stack broken");
});

test("an unknown stack", async () => {
    rmSync(stateFile());
    expect(await explained(["stack", "export"])).toContain("List its stacks with pulumi stack ls");
});

test("a damaged state file", async () => {
    truncateSync(stateFile(), 20);
    expect(await explained(["stack", "export"])).toContain("copy broken.json.bak over broken.json");
});

test("a backend folder that does not exist", async () => {
    const message = await explained(["stack", "export"], { PULUMI_BACKEND_URL: "file:///nowhere/state" });
    expect(message).toContain("is not reachable (file:///nowhere/state)");
});

test("a backend server that does not answer", async () => {
    const message = await explained(["stack", "export"], {
        PULUMI_BACKEND_URL: "https://127.0.0.1:1",
        PULUMI_ACCESS_TOKEN: "none",
    });
    expect(message).toContain("is not reachable (https://127.0.0.1:1/");
});

test("a config file that is not valid YAML", async () => {
    writeFileSync(configFile(), "config: [a\n");
    expect(await explained(["preview"])).toContain("Pulumi.broken.yaml is not valid YAML (yaml: line");
});

test("text instead of a section", async () => {
    writeFileSync(configFile(), "config: {connect-cdc:kafka: three}\n");
    expect(await explained(["preview"])).toContain("pulumi config set --path 'connect-cdc:kafka.<key>' <value>");
});

test("a missing plugin", async () => {
    const changes = { PULUMI_HOME: join(folder, "home"), PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
    expect(await explained(["preview"], changes)).toContain("A Pulumi plugin is missing. Run npm start");
});

test("an engine that does not answer", async () => {
    const message = await explained(["up", "--yes", "--skip-preview"]);
    expect(message).toMatch(/The Docker engine (at unix:\/\/\/nowhere\/docker\.sock )?does not answer\. Start it/);
});

// The CLI tries for half a minute
test.runIf(process.env.SOAK)("a full disk", async (context) => {
    // A small file system needs permission to mount one
    const { code } = await runProcess("mount", ["-t", "tmpfs", "-o", "size=24k", "tmpfs", state()]);
    if (code !== 0) return context.skip();
    try {
        expect(await explained(["stack", "init", "--no-select"])).toContain("The disk is full. Make room");
    } finally {
        await runProcess("umount", [state()]);
    }
});

test("a build step that is killed for memory", async () => {
    const image = `explain-${process.pid}:base`;
    await makeTestImage(image);
    try {
        const context = tar.pack();
        // What the kernel does to a process when memory is short
        const dockerfile = `FROM ${image}\nRUN sh -c 'kill -KILL $$' || exit $?\n`;
        context.entry({ name: "Dockerfile" }, Buffer.from(dockerfile));
        context.finalize();
        const output = await docker.buildImage(context, { forcerm: true });
        let printed = "";
        for await (const piece of output) printed += (piece as Buffer).toString();
        expect(explainCliFailure("broken", "up", printed)).toContain("was killed (137), most likely because memory");
    } finally {
        await removeTestImage(image);
    }
});

test("a killed CLI; pulumiCli.ts adds this line", () => {
    expect(explainCliFailure("dev", "up", "some message\nended by SIGKILL")).toContain("ended by a signal (SIGKILL)");
});

test("an unknown failure has the end of the CLI's output, unless the user has seen it", () => {
    expect(explainCliFailure("dev", "up", "error: something new")).toContain("error: something new");
    expect(explainCliFailure("dev", "up", "error: something new", { alreadyShown: true })).toBe(
        "pulumi up of stack dev failed. Its messages are above.",
    );
});
