import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { container as containers } from "../../../packages/pulumi-from-registries/src/plugins/docker/container/container";
import { network as networks } from "../../../packages/pulumi-from-registries/src/plugins/docker/network";
import { PulumiProgram } from "./pulumiProgram";
import { docker, execute, makeTestImage, removeTestImage } from "./testImage";

const name = `cdc-plugtest-${process.pid}`;
const image = `${name}:base`;
const WAITING = "trap 'echo stopped > /data/stopped; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
let program: PulumiProgram;

beforeAll(async () => {
    program = await PulumiProgram.create();
    await makeTestImage(image);
});

afterAll(async () => {
    await program.close();
    await removeTestImage(image);
});

/** One container with what the platform's containers have; `changes` replace parts of it. */
function container(changes: Record<string, unknown> = {}, options = "replaceOnChanges: ['healthcheck']"): string {
    const args = {
        name,
        image,
        hostname: "member-0",
        user: "1000",
        init: true,
        entrypoints: ["/bin/bash"],
        command: ["-c", WAITING],
        envs: ["A=1"],
        networksAdvanced: [{ name, aliases: ["member-0"] }],
        ports: [{ internal: 80, external: 29_700 + (process.pid % 300), ip: "127.0.0.1", protocol: "tcp" }],
        volumes: [{ volumeName: name, containerPath: "/data" }],
        uploads: [{ file: "/etc/plugtest/file", content: "first" }],
        healthcheck: { tests: ["CMD", "/bin/true"], interval: "1s", timeout: "5s", startPeriod: "5s", retries: 3 },
        wait: true,
        waitTimeout: 60,
        memory: 64,
        memorySwap: 64,
        restart: "unless-stopped",
        destroyGraceSeconds: 20,
        logDriver: "json-file",
        logOpts: { "max-size": "1m" },
        labels: [{ label: "cdc-plugtest", value: name }],
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges"],
        ...changes,
    };
    return `
const network = new docker.Network("network", { name: "${name}" });
const volume = new docker.Volume("volume", { name: "${name}" });
// the volume's root belongs to root, and the container's user is another
const owner = new docker.Container("owner", {
    name: "${name}-owner", image: "${image}", entrypoints: ["/bin/chmod"], command: ["0777", "/data"],
    volumes: [{ volumeName: volume.name, containerPath: "/data" }], attach: true, mustRun: false,
});
const member = new docker.Container("member", ${JSON.stringify(args)},
    { dependsOn: [network, owner], deleteBeforeReplace: true, ${options} });
export const id = member.id;
export const addresses = member.networkDatas.apply((all) => all?.map(({ networkName }) => networkName));`;
}

/** Each test of this group continues with the stack of the one before: starting from nothing each time would take minutes. */
describe("a container with network and volume", () => {
    test("comes up healthy with its files, limits and network", async () => {
        const outcome = await program.up(container());
        expect(outcome.messages).toBe("");
        expect(outcome.steps).toEqual({ network: "create", volume: "create", owner: "create", member: "create" });
        const found = await docker.getContainer(name).inspect();
        expect(found.State.Health?.Status).toBe("healthy");
        expect(found.HostConfig.Memory).toBe(64 * 1024 * 1024);
        expect(Object.keys(found.NetworkSettings.Networks)).toEqual([name]);
        expect(found.NetworkSettings.Networks[name]?.Aliases).toContain("member-0");
        expect(await execute(name, "cat", "/etc/plugtest/file")).toBe("first");
        expect(await program.output("addresses")).toEqual([name]);
    });

    test("shows no change in a preview, nor after a refresh", async () => {
        expect(await program.run("preview")).toEqual({ ok: true, steps: {}, messages: "" });
        const refreshed = await program.run("refresh", "--yes", "--skip-preview");
        expect(refreshed.ok).toBe(true);
        expect(await program.run("preview")).toEqual({ ok: true, steps: {}, messages: "" });
    });

    test("gets a new memory limit while it runs", async () => {
        const id = await program.output("id");
        const outcome = await program.up(container({ memory: 96, memorySwap: 96 }));
        expect(outcome.steps).toEqual({ member: "update" });
        const found = await docker.getContainer(name).inspect();
        expect([found.Id, found.HostConfig.Memory]).toEqual([id, 96 * 1024 * 1024]);
    });

    test("gets its limit back that was changed by hand", async () => {
        await docker.getContainer(name).update({ Memory: 128 * 1024 * 1024, MemorySwap: 128 * 1024 * 1024 });
        const outcome = await program.run("up", "--yes", "--skip-preview", "--refresh");
        expect(outcome.ok).toBe(true);
        expect((await docker.getContainer(name).inspect()).HostConfig.Memory).toBe(96 * 1024 * 1024);
    });

    test("is replaced for a changed file, after it had the old one's time to stop", async () => {
        const outcome = await program.up(
            container({ uploads: [{ file: "/etc/plugtest/file", content: "second" }], destroyGraceSeconds: 0 }),
        );
        expect(outcome.steps).toEqual({ member: "delete-replaced" });
        expect(await execute(name, "cat", "/etc/plugtest/file")).toBe("second");
        expect(await execute(name, "cat", "/data/stopped")).toContain("stopped");
    });

    test("is killed when the state requires it", async () => {
        await execute(name, "rm", "/data/stopped");
        await program.up(container({ envs: ["A=2"] }));
        expect(await execute(name, "ls", "/data")).toBe("");
    });

    test("is replaced for a changed healthcheck only when the program asks for that", async () => {
        const changed = { healthcheck: { tests: ["CMD", "/bin/true"], interval: "2s" } };
        expect((await program.up(container({ ...changed, envs: ["A=2"] }, ""))).steps).toEqual({ member: "update" });
        const interval = async () => (await docker.getContainer(name).inspect()).Config.Healthcheck?.Interval;
        expect(await interval()).toBe(1e9);
        const again = { healthcheck: { tests: ["CMD", "/bin/true"], interval: "3s" } };
        expect((await program.up(container({ ...again, envs: ["A=2"] }))).steps).toEqual({ member: "delete-replaced" });
        expect(await interval()).toBe(3e9);
    });

    test("comes back when it was stopped or removed by hand", async () => {
        await program.up(container());
        await docker.getContainer(name).stop({ t: 0 });
        // without a refresh the engine is not read
        expect((await program.run("preview")).steps).toEqual({});
        expect((await program.run("up", "--yes", "--skip-preview", "--refresh")).ok).toBe(true);
        expect((await docker.getContainer(name).inspect()).State.Running).toBe(true);

        await docker.getContainer(name).remove({ force: true });
        await program.run("refresh", "--yes", "--skip-preview");
        expect((await program.run("up", "--yes", "--skip-preview")).steps).toEqual({ member: "create" });
    });

    test("is in a network and has a volume that are made again when they are gone", async () => {
        for (const container of [name, `${name}-owner`]) await docker.getContainer(container).remove({ force: true });
        await docker.getNetwork(name).remove();
        await docker.getVolume(name).remove();
        const outcome = await program.run("up", "--yes", "--skip-preview", "--refresh");
        expect(outcome.ok).toBe(true);
        expect((await docker.getContainer(name).inspect()).State.Running).toBe(true);
    });

    test("leaves nothing behind", async () => {
        expect((await program.run("destroy", "--yes", "--skip-preview")).ok).toBe(true);
        const left = [
            ...(await docker.listContainers({ all: true, filters: { name: [name] } })),
            ...(await docker.listNetworks({ filters: { name: [name] } })),
            ...((await docker.listVolumes({ filters: { name: [name] } })).Volumes ?? []),
        ];
        expect(left).toEqual([]);
    });
});

/** One container without anything around it; the next `up` takes away what a test has left. */
function single(args: Record<string, unknown>): string {
    const all = { name, image, entrypoints: ["/bin/bash", "-c"], destroyGraceSeconds: 0, ...args };
    return `new docker.Container("single", ${JSON.stringify(all)});`;
}

async function isThere(): Promise<boolean> {
    return (await docker.listContainers({ all: true, filters: { name: [name] } })).length > 0;
}

describe("a container without ports", () => {
    test("is started again when it was stopped by hand", async () => {
        await program.up(single({ command: ["sleep 600"] }));
        const { Id } = await docker.getContainer(name).inspect();
        await docker.getContainer(name).stop({ t: 0 });
        expect((await program.run("up", "--yes", "--skip-preview", "--refresh")).ok).toBe(true);
        expect(await docker.getContainer(name).inspect()).toMatchObject({ Id, State: { Running: true } });
    });
});

describe("a refresh", () => {
    const context = { client: docker, name, progress: () => {}, log: () => {}, signal: new AbortController().signal };

    test("shows a capability whose name in the program is not the one that the engine has", async () => {
        const args = { command: ["sleep 600"], capabilities: { drops: ["ALL"], adds: ["CHOWN", "CAP_FOWNER"] } };
        await program.up(single(args));
        await program.run("refresh", "--yes", "--skip-preview");
        expect((await program.run("preview")).steps).toEqual({ single: "delete-replaced" });
        args.capabilities.adds = ["CAP_CHOWN", "CAP_FOWNER"];
        await program.up(single(args));
        await program.run("refresh", "--yes", "--skip-preview");
        expect(await program.run("preview")).toEqual({ ok: true, steps: {}, messages: "" });
    });

    // The properties that the released plugin reads back, all but those that a test above changes
    test("reads back every property that the engine has of a container", async () => {
        const made = await docker.createContainer({
            name: `${name}-read`,
            Image: image,
            Hostname: "has",
            Domainname: "has.example",
            User: "7",
            WorkingDir: "/tmp",
            Entrypoint: ["/bin/sleep"],
            Cmd: ["600"],
            Tty: true,
            OpenStdin: true,
            StopSignal: "SIGINT",
            StopTimeout: 7,
            Healthcheck: { Test: ["CMD", "/bin/true"], Interval: 90e9, Timeout: 1.5e9, StartPeriod: 25e6, Retries: 7 },
            HostConfig: {
                Init: true,
                AutoRemove: true,
                NetworkMode: "none",
                PublishAllPorts: true,
                ExtraHosts: ["has:10.0.0.7"],
                Dns: ["10.0.0.7"],
                DnsOptions: ["ndots:7"],
                DnsSearch: ["has.example"],
                Tmpfs: { "/has": "size=7m" },
                ReadonlyRootfs: true,
                ShmSize: 7 << 20,
                Memory: 7 << 20,
                MemorySwap: 8 << 20,
                MemoryReservation: 6 << 20,
                NanoCpus: 1e9,
                CpuShares: 7,
                CpusetCpus: "0",
                Ulimits: [{ Name: "nofile", Soft: 7, Hard: 8 }],
                CapAdd: ["CAP_CHOWN"],
                CapDrop: ["ALL"],
                SecurityOpt: ["no-new-privileges"],
                GroupAdd: ["7"],
                IpcMode: "shareable",
                Sysctls: { "net.ipv4.tcp_retries2": "7" },
                LogConfig: { Type: "json-file", Config: { "max-size": "7m" } },
            },
        });
        try {
            const asked = {
                image: "another",
                command: ["another"],
                privileged: true,
                usernsMode: "host",
                ulimits: [{ name: "nproc", soft: 1, hard: 1 }],
                pidMode: "another",
                logOpts: { "max-size": "1m" },
            };
            const state = await containers.read?.({ id: made.id, properties: asked }, context);
            expect(state?.properties).toMatchObject({
                name: `${name}-read`,
                image,
                hostname: "has",
                domainname: "has.example",
                user: "7",
                workingDir: "/tmp",
                entrypoints: ["/bin/sleep"],
                command: ["600"],
                tty: true,
                stdinOpen: true,
                stopSignal: "SIGINT",
                stopTimeout: 7,
                healthcheck: {
                    tests: ["CMD", "/bin/true"],
                    interval: "1m30s",
                    timeout: "1.5s",
                    startPeriod: "25ms",
                    retries: 7,
                },
                init: true,
                runtime: "runc",
                rm: true,
                restart: "no",
                maxRetryCount: 0,
                networkMode: "none",
                publishAllPorts: true,
                hosts: [{ host: "has", ip: "10.0.0.7" }],
                dns: ["10.0.0.7"],
                dnsOpts: ["ndots:7"],
                dnsSearches: ["has.example"],
                tmpfs: { "/has": "size=7m" },
                readOnly: true,
                shmSize: 7,
                memory: 7,
                memorySwap: 8,
                memoryReservation: 6,
                cpus: "1.0",
                cpuShares: 7,
                cpuSet: "0",
                ulimits: [{ name: "nofile", soft: 7, hard: 8 }],
                capabilities: { adds: ["CAP_CHOWN"], drops: ["ALL"] },
                securityOpts: ["no-new-privileges"],
                privileged: false,
                groupAdds: ["7"],
                ipcMode: "shareable",
                pidMode: "",
                usernsMode: "",
                sysctls: { "net.ipv4.tcp_retries2": "7" },
                logDriver: "json-file",
                logOpts: { "max-size": "7m" },
                mustRun: false,
            });
        } finally {
            await made.remove({ force: true });
        }
    });

    test("reads back every property that the engine has of a network", async () => {
        const config = { Subnet: "10.213.1.0/24", IPRange: "10.213.1.0/25", Gateway: "10.213.1.1" };
        const made = await docker.createNetwork({
            Name: `${name}-read`,
            Driver: "bridge",
            Internal: true,
            Attachable: true,
            Options: { "com.docker.network.bridge.enable_icc": "false" },
            Labels: { plugtest: "has" },
            IPAM: { Driver: "default", Config: [{ ...config, AuxiliaryAddresses: { has: "10.213.1.7" } }] },
        });
        try {
            const asked = { name: "another", ingress: true, ipv6: true, ipamDriver: "another" };
            const state = await networks.read?.({ id: made.id, properties: asked }, context);
            expect(state?.properties).toEqual({
                name: `${name}-read`,
                driver: "bridge",
                internal: true,
                attachable: true,
                ingress: false,
                ipv6: false,
                options: { "com.docker.network.bridge.enable_icc": "false" },
                labels: [{ label: "plugtest", value: "has" }],
                scope: "local",
                ipamDriver: "default",
                ipamOptions: {},
                ipamConfigs: [
                    {
                        subnet: "10.213.1.0/24",
                        ipRange: "10.213.1.0/25",
                        gateway: "10.213.1.1",
                        auxAddress: { has: "10.213.1.7" },
                    },
                ],
            });
        } finally {
            await made.remove();
        }
    });
});

describe("networks and volumes of one name", () => {
    test("are replaced by deleting the old one first", async () => {
        const both = (label: string) => `
const args = { name: "${name}", labels: [{ label: "plugtest", value: "${label}" }] };
new docker.Network("network", { ...args, ipamConfigs: [{ subnet: "10.213.0.0/24" }] });
new docker.Volume("volume", args);`;
        await program.up(both("a"));
        expect(await program.run("refresh", "--yes", "--skip-preview")).toMatchObject({ ok: true });
        expect((await program.run("preview")).steps).toEqual({});
        expect((await program.up(both("b"))).steps).toEqual({ network: "delete-replaced", volume: "delete-replaced" });
        expect((await docker.getNetwork(name).inspect()).Labels).toEqual({ plugtest: "b" });
        expect((await docker.getVolume(name).inspect()).Labels).toEqual({ plugtest: "b" });
    });
});

describe("secrets", () => {
    test("are in the container, but nowhere plain text in the state or on the screen", async () => {
        const value = "plugtest-secret-value";
        const statement = `
new docker.Container("single", {
    name: "${name}", image: "${image}", entrypoints: ["/bin/bash", "-c"], command: ["sleep 600"],
    uploads: [{ file: "/run/it", content: pulumi.secret("${value}"), permissions: "0400", owner: "7", group: "8" }],
});`;
        const outcome = await program.up(statement);
        expect(outcome.ok).toBe(true);
        expect(await execute(name, "stat", "-c", "%a %u %g", "/run/it")).toContain("400 7 8");
        expect(await execute(name, "cat", "/run/it")).toBe(value);
        expect(program.state()).not.toContain(value);
        expect(JSON.stringify(await program.run("preview", "--diff"))).not.toContain(value);
        await program.run("refresh", "--yes", "--skip-preview");
        expect(program.state()).not.toContain(value);
    });
});

describe("a container that fails", () => {
    test("shows the end of its log when it ends instead of becoming healthy, and can be corrected", async () => {
        const healthcheck = { tests: ["CMD", "/bin/false"], interval: "1s" };
        const args = { command: ["echo last words; exit 3"], healthcheck, wait: true, waitTimeout: 60 };
        const started = Date.now();
        const outcome = await program.up(single(args));
        expect(outcome.ok).toBe(false);
        expect(outcome.messages).toContain(`container ${name} ended with exit code 3`);
        expect(outcome.messages).toContain("last words");
        expect(Date.now() - started).toBeLessThan(60_000);

        const repaired = await program.up(single({ command: ["sleep 600"] }));
        expect(repaired.ok).toBe(true);
        expect((await docker.getContainer(name).inspect()).State.Running).toBe(true);
        await program.up("");
        expect(await isThere()).toBe(false);
    });

    test("is not waited for longer than the limit, and is started and waited for again by the next up", async () => {
        const healthcheck = { tests: ["CMD-SHELL", "test -f /tmp/well || { echo not well; exit 1; }"], interval: "1s" };
        const args = single({ command: ["sleep 600"], healthcheck, wait: true, waitTimeout: 4 });
        const outcome = await program.up(args);
        expect(outcome.messages).toContain(`container ${name} is not healthy after 4 s`);
        expect(outcome.messages).toContain("not well");
        await execute(name, "touch", "/tmp/well");
        expect((await program.up(args)).steps).toEqual({ single: "update" });
        expect(await program.run("preview")).toEqual({ ok: true, steps: {}, messages: "" });
    });

    test("leaves nothing behind when it cannot even start", async () => {
        const outcome = await program.up(single({ entrypoints: ["/no/such/program"] }));
        expect(outcome.messages).toContain(`unable to start container ${name}`);
        expect(await isThere()).toBe(false);
    });

    test("reports a missing image", async () => {
        const outcome = await program.up(single({ image: "localhost:1/cdc-plugtest/none:1" }));
        expect(outcome.messages).toContain("unable to pull image localhost:1/cdc-plugtest/none:1");
    });

    test("is refused with the names of the properties that this build does not know", async () => {
        const outcome = await program.up(single({ gpus: "all", ports: [{ internal: 1, colour: "red" }] }));
        const end = "of docker:index/container:Container is not supported by this build of the plugin";
        expect(outcome.messages).toContain(`property gpus ${end}`);
        expect(outcome.messages).toContain(`property ports[0].colour ${end}`);
    });
});

describe("a container that runs to its end", () => {
    test("gives its output and exit code", async () => {
        const args = { name, image, entrypoints: ["/bin/bash", "-c"], command: ["echo done; exit 4"] };
        const statement = `
const single = new docker.Container("single",
    ${JSON.stringify({ ...args, attach: true, logs: true, mustRun: false })});
export const result = pulumi.all([single.containerLogs, single.exitCode]);`;
        expect((await program.up(statement)).ok).toBe(true);
        expect(await program.output("result")).toEqual(["done\n", 4]);
        await program.run("refresh", "--yes", "--skip-preview");
        expect(await program.run("preview")).toEqual({ ok: true, steps: {}, messages: "" });
    });
});
