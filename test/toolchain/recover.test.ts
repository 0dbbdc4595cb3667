import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Docker from "dockerode";
import { stringify } from "yaml";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pulumiEnvironment } from "../../toolchain/environment";
import { runProcess } from "../../toolchain/processes";
import { removeDockerObjects } from "../../toolchain/stack/dockerObjects";
import { listStackObjects, recover } from "../../toolchain/stack/recover";
import { knownIds, readState } from "../../toolchain/stack/state";
import { stopStack } from "../../toolchain/stackRun";
import type { StackTarget } from "../../toolchain/stack/target";

const docker = new Docker();
const stack = `recover-${process.pid}`;
const labels = { "connect-cdc.project": "connect-cdc", "connect-cdc.stack": stack };
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

/** A state that knows one network, and in which a killed `pulumi` was about to make another. */
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
    const pending = { type: "creating", resource: resource(network, "pending", { ...managed, inputs: {} }) };
    const deployment = { ...exported.deployment, resources, pending_operations: [pending] };
    // an import forgets pending operations, a backend's own file does not
    const file = join(folder, "state", ".pulumi", "stacks", "connect-cdc", `${stack}.json`);
    const checkpoint = { stack: `organization/connect-cdc/${stack}`, latest: deployment };
    writeFileSync(file, JSON.stringify({ version: 3, checkpoint }));
    rmSync(`${file}.attrs`, { force: true });
}

async function createNetwork(name: string): Promise<string> {
    return (await docker.createNetwork({ Name: `connect-cdc-${stack}-${name}`, Labels: labels })).id;
}

function writeDeadLock(): string {
    const locks = join(folder, "state", ".pulumi", "locks", "organization", "connect-cdc", stack);
    mkdirSync(locks, { recursive: true });
    const file = join(locks, "0d0c0a1e-0000-0000-0000-000000000000.json");
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const holder = { pid, username: "me", hostname: hostname(), timestamp: "2026-01-02T03:04:05Z" };
    writeFileSync(file, JSON.stringify(holder));
    return file;
}

test("what a killed pulumi left is mended: lock, pending operation, unknown network; volumes stay", async () => {
    const known = await createNetwork("known");
    const unknown = await createNetwork("unknown");
    await docker.createVolume({ Name: `connect-cdc-${stack}-data`, Labels: labels });
    await importState(known);
    expect((await readState(target))?.pendingOperations).toHaveLength(1);
    const lock = writeDeadLock();

    const lines: string[] = [];
    await recover(target, (line) => lines.push(line));

    expect(existsSync(lock)).toBe(false);
    const state = await readState(target);
    expect(state?.pendingOperations).toEqual([]);
    expect(state && knownIds(state)).toContain(known);
    const left = await listStackObjects(target, state);
    expect(left.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
        `network connect-cdc-${stack}-known`,
        `volume connect-cdc-${stack}-data`,
    ]);
    expect(left.map(({ id }) => id)).not.toContain(unknown);
    expect(lines).toHaveLength(3);

    // once mended, there is nothing to do
    lines.length = 0;
    await recover(target, (line) => lines.push(line));
    expect(lines).toEqual([]);
});

test("stop names a volume that is left, and removes it only when asked to", async () => {
    const name = `connect-cdc-${stack}-data`;
    await docker.createVolume({ Name: name, Labels: labels });
    await createNetwork("left");
    const log = () => undefined;
    await expect(stopStack(target, log)).rejects.toThrow(`volume ${name}`);
    expect((await listStackObjects(target, undefined)).map((object) => object.kind)).toEqual(["volume"]);
    await stopStack(target, log, { volumes: true });
    expect(await listStackObjects(target, undefined)).toEqual([]);
});

test("a stack that was never made has no state", async () => {
    expect(await readState({ ...target, stack: `${stack}-never` })).toBeUndefined();
});
