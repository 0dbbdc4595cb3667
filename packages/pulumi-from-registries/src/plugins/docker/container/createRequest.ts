import Docker from "dockerode";
import { toLabels } from "../labels";
import { toNanoseconds } from "./duration";
import { ContainerInputs, Healthcheck, Mount, Port } from "./types";

const MEGABYTE = 1024 * 1024;
const NANO_CPUS = 1e9;

/** The request that creates a container. */
export function createRequest(inputs: ContainerInputs): Docker.ContainerCreateOptions {
    return {
        name: inputs.name,
        Image: inputs.image,
        Hostname: inputs.hostname,
        Domainname: inputs.domainname,
        User: inputs.user,
        WorkingDir: inputs.workingDir,
        Entrypoint: unlessEmpty(inputs.entrypoints),
        Cmd: unlessEmpty(inputs.command),
        Env: inputs.envs,
        Labels: toLabels(inputs.labels),
        Tty: inputs.tty,
        OpenStdin: inputs.stdinOpen,
        StopSignal: inputs.stopSignal,
        StopTimeout: inputs.stopTimeout,
        ExposedPorts: exposedPorts(inputs.ports ?? []),
        Volumes: anonymousVolumes(inputs.volumes ?? []),
        Healthcheck: inputs.healthcheck === undefined ? undefined : toHealthcheck(inputs.healthcheck),
        HostConfig: hostConfig(inputs),
    };
}

function hostConfig(inputs: ContainerInputs): Docker.HostConfig & { CgroupnsMode?: string } {
    return {
        ...limits(inputs),
        Init: inputs.init,
        Runtime: inputs.runtime,
        NetworkMode: inputs.networkMode || "bridge",
        PortBindings: portBindings(inputs.ports ?? []),
        PublishAllPorts: inputs.publishAllPorts,
        ExtraHosts: inputs.hosts?.map(({ host, ip }) => `${host}:${ip}`),
        Dns: inputs.dns,
        DnsOptions: inputs.dnsOpts,
        DnsSearch: inputs.dnsSearches,
        Binds: binds(inputs.volumes ?? []),
        VolumesFrom: inputs.volumes?.flatMap(({ fromContainer }) => fromContainer || []),
        Tmpfs: inputs.tmpfs,
        ReadonlyRootfs: inputs.readOnly,
        ShmSize: inputs.shmSize === undefined ? undefined : inputs.shmSize * MEGABYTE,
        Ulimits: inputs.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
        CapAdd: inputs.capabilities?.adds?.map(fullCapability),
        CapDrop: inputs.capabilities?.drops?.map(fullCapability),
        SecurityOpt: inputs.securityOpts,
        Privileged: inputs.privileged,
        GroupAdd: inputs.groupAdds,
        IpcMode: inputs.ipcMode,
        PidMode: inputs.pidMode,
        UsernsMode: inputs.usernsMode,
        CgroupnsMode: inputs.cgroupnsMode,
        Sysctls: inputs.sysctls,
        AutoRemove: inputs.rm,
        LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts ?? {} },
    };
}

/** The name in the form of Docker's own client, which the released plugin uses: the engine stores it unchanged. */
function fullCapability(name: string): string {
    const upper = name.toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
}

/** The settings that the engine can also change in a running container. */
export function limits(inputs: ContainerInputs): Docker.HostConfig {
    return {
        RestartPolicy: { Name: inputs.restart ?? "no", MaximumRetryCount: inputs.maxRetryCount },
        Memory: (inputs.memory ?? 0) * MEGABYTE,
        MemorySwap: toSwap(inputs.memorySwap),
        MemoryReservation: inputs.memoryReservation === undefined ? undefined : inputs.memoryReservation * MEGABYTE,
        CpuShares: inputs.cpuShares,
        CpusetCpus: inputs.cpuSet,
        NanoCpus: inputs.cpus ? Math.round(Number(inputs.cpus) * NANO_CPUS) : undefined,
        CpuPeriod: inputs.cpuPeriod,
        CpuQuota: inputs.cpuQuota,
    };
}

/** -1 means no limit. */
function toSwap(megabytes: number | undefined): number | undefined {
    return megabytes === undefined || megabytes < 0 ? megabytes : megabytes * MEGABYTE;
}

function toHealthcheck({ tests, interval, timeout, startPeriod, retries }: Healthcheck): Docker.HealthConfig {
    return {
        Test: tests,
        Interval: toNanoseconds(interval),
        Timeout: toNanoseconds(timeout),
        StartPeriod: toNanoseconds(startPeriod),
        Retries: retries,
    };
}

function portKey({ internal, protocol }: Port): string {
    return `${internal}/${protocol || "tcp"}`;
}

function exposedPorts(ports: Port[]): Record<string, object> | undefined {
    return ports.length === 0 ? undefined : Object.fromEntries(ports.map((port) => [portKey(port), {}]));
}

function portBindings(ports: Port[]): Docker.HostConfig["PortBindings"] {
    const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
    for (const port of ports) {
        const binding = { HostIp: port.ip || "0.0.0.0", HostPort: port.external ? String(port.external) : "" };
        (bindings[portKey(port)] ??= []).push(binding);
    }
    return bindings;
}

function binds(volumes: Mount[]): string[] {
    return volumes.flatMap(({ hostPath, volumeName, containerPath, readOnly }) => {
        const source = hostPath || volumeName;
        return source ? [`${source}:${containerPath}:${readOnly ? "ro" : "rw"}`] : [];
    });
}

function anonymousVolumes(volumes: Mount[]): Record<string, Record<string, never>> | undefined {
    const paths = volumes.flatMap(({ hostPath, volumeName, containerPath }) =>
        !hostPath && !volumeName && containerPath ? [containerPath] : [],
    );
    return paths.length === 0 ? undefined : Object.fromEntries(paths.map((path) => [path, {}]));
}

function unlessEmpty(list: string[] | undefined): string[] | undefined {
    return list === undefined || list.length === 0 ? undefined : list;
}
