import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Docker from "dockerode";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { removeDockerObjects } from "../../cli/stack/dockerObjects";
import { readState } from "../../cli/stack/readState";
import { listStackObjects, recover } from "../../cli/stack/recover";
import { knownIds } from "../../cli/stack/state";
import { stopStack } from "../../cli/stack/stopStack";
import type { StackTarget } from "../../cli/stack/target";
import { pulumiEnvironment } from "../../tools/environment";
import { runProcess } from "../../tools/processes";
import { CHECKOUT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { killUpIn } from "../support/faults/killedUp";
import { makeTestImage, removeTestImage } from "./pulumi/testImage";

const CONTAINER = "docker:index/container:Container";
const docker = new Docker();
const stack = `recover-${process.pid}`;
const labels = { "connect-cdc.project": "connect-cdc", "connect-cdc.stack": stack };
const log = () => undefined;
let folder: string;
let target: StackTarget;

beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-recover-"));
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: "connect-cdc", runtime: "nodejs" }));
    const environment = {
        ...process.env,
        ...pulumiEnvironment(),
        PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "test",
    };
    target = { stack, environment };
    await pulumi("stack", "init", stack, "--no-select");
});

afterEach(async () => {
    await removeDockerObjects(await listStackObjects(target, undefined));
    rmSync(folder, { recursive: true });
});

async function pulumi(...args: string[]): Promise<string> {
    const result = await runProcess("pulumi", [...args, "--non-interactive"], { cwd: folder, env: target.environment });
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${result.stderr}`);
    return result.stdout;
}

/** A state that knows one network, and in which a killed `pulumi` was about to make another, called `pending`. */
async function importState(knownNetwork: string): Promise<void> {
    const exported = JSON.parse(await pulumi("stack", "export", "--stack", stack)) as { deployment: object };
    const urn = (type: string, name: string) => `urn:pulumi:${stack}::connect-cdc::${type}::${name}`;
    const resource = (type: string, name: string, more: object) => ({ urn: urn(type, name), type, ...more });
    const provider = "pulumi:providers:docker";
    const network = "docker:index/network:Network";
    const managed = { custom: true, provider: `${urn(provider, "default")}::provider-id` };
    const resources = [
        resource("pulumi:pulumi:Stack", `connect-cdc-${stack}`, { custom: false }),
        resource(provider, "default", { custom: true, id: "provider-id", inputs: {}, outputs: {} }),
        resource(network, "known", { ...managed, id: knownNetwork, inputs: {}, outputs: {} }),
    ];
    const inputs = { name: objectName("pending") };
    const pending = { type: "creating", resource: resource(network, "pending", { ...managed, inputs }) };
    const deployment = { ...exported.deployment, resources, pending_operations: [pending] };
    // an import forgets pending operations, a backend's own file does not
    const file = stateFile();
    const checkpoint = { stack: `organization/connect-cdc/${stack}`, latest: deployment };
    writeFileSync(file, JSON.stringify({ version: 3, checkpoint }));
    rmSync(`${file}.attrs`, { force: true });
}

function stateFile(): string {
    return join(folder, "state", ".pulumi", "stacks", "connect-cdc", `${stack}.json`);
}

function otherBackend(): string {
    mkdirSync(join(folder, "other"));
    return pathToFileURL(join(folder, "other")).href;
}

function objectName(name: string): string {
    return `connect-cdc-${stack}-${name}`;
}

async function createNetwork(name: string): Promise<string> {
    return (await docker.createNetwork({ Name: objectName(name), Labels: labels })).id;
}

/** A real `up` of one container, ended by SIGKILL when the engine has it and the plugin waits for its health. */
async function killedUp(container: object): Promise<void> {
    symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    const program = `new (require("@pulumi/docker").Container)("member", ${JSON.stringify(container)});`;
    writeFileSync(join(folder, "index.js"), program);
    await killUpIn(folder, target.environment, ["--stack", stack], async () => {
        await expect.poll(leftObjects, { timeout: 60_000 }).toEqual([`container ${objectName("member")}`]);
    });
}

async function leftObjects(): Promise<string[]> {
    return (await listStackObjects(target, undefined)).map(({ kind, name }) => `${kind} ${name}`).sort();
}

/** @param pid the process that holds it; default: a dead one */
function writeLock(pid = spawnSync(process.execPath, ["--version"]).pid): string {
    const locks = join(folder, "state", ".pulumi", "locks", "organization", "connect-cdc", stack);
    mkdirSync(locks, { recursive: true });
    const file = join(locks, "0d0c0a1e-0000-0000-0000-000000000000.json");
    const holder = { pid, username: "me", hostname: hostname(), timestamp: "2026-01-02T03:04:05Z" };
    writeFileSync(file, JSON.stringify(holder));
    return file;
}

test("what a killed pulumi left is repaired: lock, attributes, pending operation, network; volumes stay", async () => {
    const known = await createNetwork("known");
    await createNetwork("pending");
    await docker.createVolume({ Name: objectName("data"), Labels: labels });
    await importState(known);
    expect((await readState(target))?.pendingOperations).toHaveLength(1);
    const lock = writeLock();
    // as a kill leaves it within the writing of a state file
    writeFileSync(`${stateFile()}.attrs`, "");
    await expect(readState(target)).rejects.toThrow("is damaged");

    const lines: string[] = [];
    await recover(target, (line) => lines.push(line));

    expect(existsSync(lock)).toBe(false);
    const state = await readState(target);
    expect(state?.pendingOperations).toEqual([]);
    expect(state && knownIds(state)).toContain(known);
    expect(await leftObjects()).toEqual([`network ${objectName("known")}`, `volume ${objectName("data")}`]);
    expect(lines).toHaveLength(4);

    // after the repair, there is nothing to do
    lines.length = 0;
    await recover(target, (line) => lines.push(line));
    expect(lines).toEqual([]);
});

test("a container that a killed up created is removed: the state has its pending operation", async () => {
    const image = `cdc-${stack}:base`;
    await makeTestImage(image);
    try {
        await killedUp({
            name: objectName("member"),
            image,
            labels: Object.entries(labels).map(([label, value]) => ({ label, value })),
            entrypoints: ["/bin/sleep"],
            command: ["600"],
            healthcheck: { tests: ["CMD", "/bin/false"], interval: "1s", retries: 600 },
            wait: true,
        });
        expect((await readState(target))?.resources.map(({ type }) => type)).not.toContain(CONTAINER);
        await recover(target, log);
        expect(await leftObjects()).toEqual([]);
        expect((await readState(target))?.pendingOperations).toEqual([]);
    } finally {
        await removeDockerObjects(await listStackObjects(target, undefined));
        await removeTestImage(image);
    }
});

test("objects that are not in the state are an error without --take-over, and nothing is changed", async () => {
    const known = await createNetwork("known");
    for (const name of ["pending", "foreign"]) await createNetwork(name);
    await importState(known);
    const before = await leftObjects();
    const refusal = `  network ${objectName("foreign")} on ${dockerEndpoint()}\n`;
    await expect(recover(target, log)).rejects.toThrow(refusal);
    await expect(stopStack(target, log)).rejects.toThrow(refusal);
    await expect(recover(target, log)).rejects.not.toThrow(objectName("pending"));
    expect(await leftObjects()).toEqual(before);
    expect((await readState(target))?.pendingOperations).toHaveLength(1);
    await recover(target, log, { takeOver: true });
    expect(await leftObjects()).toEqual([`network ${objectName("known")}`]);
});

test("a stack without a state changes no objects of another stack of its name", async () => {
    await createNetwork("foreign");
    const other = { ...target, environment: { ...target.environment, PULUMI_BACKEND_URL: otherBackend() } };
    await expect(recover(other, log)).rejects.toThrow(objectName("foreign"));
    await expect(stopStack(other, log)).rejects.toThrow("--take-over");
    expect(await leftObjects()).toEqual([`network ${objectName("foreign")}`]);
    expect(await readState(other)).toBeUndefined();
    await stopStack(other, log, { takeOver: true });
    expect(await leftObjects()).toEqual([]);
});

test("a backend that does not show running updates keeps its pending operations until --take-over", async () => {
    // reached by a login, so that its locks are out of sight
    const login = { PULUMI_CREDENTIALS_PATH: join(folder, "login"), PULUMI_BACKEND_URL: undefined };
    mkdirSync(login.PULUMI_CREDENTIALS_PATH);
    const current = target.environment?.PULUMI_BACKEND_URL;
    writeFileSync(join(login.PULUMI_CREDENTIALS_PATH, "credentials.json"), JSON.stringify({ current }));
    const remote = { ...target, environment: { ...target.environment, ...login } };
    await importState(await createNetwork("known"));
    await createNetwork("pending");
    const before = await leftObjects();

    await expect(recover(remote, log)).rejects.toThrow("creating pending\n");
    const lock = writeLock(process.pid);
    await expect(recover(remote, log, { takeOver: true })).rejects.toThrow(`process ${process.pid} of me`);
    expect(await leftObjects()).toEqual(before);
    expect((await readState(remote))?.pendingOperations).toHaveLength(1);

    rmSync(lock);
    await recover(remote, log, { takeOver: true });
    expect((await readState(remote))?.pendingOperations).toEqual([]);
    expect(await leftObjects()).toEqual([`network ${objectName("known")}`]);
});

test("stop reports a volume that is left, and removes it only with --volumes", async () => {
    const name = objectName("data");
    await docker.createVolume({ Name: name, Labels: labels });
    await expect(stopStack(target, log)).rejects.toThrow(`volume ${name}`);
    expect(await leftObjects()).toEqual([`volume ${name}`]);
    await stopStack(target, log, { volumes: true });
    expect(await leftObjects()).toEqual([]);
});

test("a stack that was never created has no state", async () => {
    expect(await readState({ ...target, stack: `${stack}-never` })).toBeUndefined();
});
