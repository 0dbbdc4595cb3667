import Docker from "dockerode";
import { Properties, Value } from "../../protocol/values";
import { toDuration } from "./duration";
import { asInputs } from "./types";

const MEGABYTE = 1024 * 1024;
const NANO_CPUS = 1e9;

/** Properties that are unknown before the container exists. */
export const CONTAINER_OUTPUTS = ["bridge", "networkDatas", "exitCode", "containerLogs"];

/**
 * The properties of a container: the inputs, replaced by the engine's values. These are the values that the released plugin
 * reads, in the same form (`resourceDockerContainerRead` of terraform-provider-docker), so that a refresh finds the same
 * differences.
 */
export function containerProperties(asked: Properties, found: Docker.ContainerInspectInfo): Properties {
    return withoutNothing({ ...asked, ...outputs(found), ...settings(found), ...settingsInUse(asked, found) });
}

function outputs({ State, NetworkSettings }: Docker.ContainerInspectInfo): Properties {
    return {
        bridge: (NetworkSettings as { Bridge?: string }).Bridge ?? "",
        exitCode: State.Running ? undefined : State.ExitCode,
        networkDatas: Object.entries(NetworkSettings.Networks).map(([networkName, network]) => ({
            networkName,
            ipAddress: network.IPAddress,
            ipPrefixLength: network.IPPrefixLen,
            gateway: network.Gateway,
            globalIpv6Address: network.GlobalIPv6Address,
            globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
            ipv6Gateway: network.IPv6Gateway,
            macAddress: network.MacAddress,
        })),
    };
}

function settings({ Name, Config, HostConfig }: Docker.ContainerInspectInfo): Properties {
    const { StopSignal, StopTimeout } = Config as { StopSignal?: string; StopTimeout?: number };
    const swap = HostConfig.MemorySwap ?? 0;
    return {
        name: Name.replace(/^\//, ""),
        hostname: Config.Hostname,
        domainname: Config.Domainname,
        user: Config.User,
        workingDir: Config.WorkingDir,
        entrypoints: asList(Config.Entrypoint),
        command: asList(Config.Cmd),
        tty: Config.Tty,
        stdinOpen: Config.OpenStdin,
        stopSignal: StopSignal,
        stopTimeout: StopTimeout,
        init: HostConfig.Init ?? false,
        runtime: HostConfig.Runtime,
        rm: HostConfig.AutoRemove,
        restart: HostConfig.RestartPolicy?.Name || "no",
        maxRetryCount: HostConfig.RestartPolicy?.MaximumRetryCount ?? 0,
        networkMode: HostConfig.NetworkMode,
        publishAllPorts: HostConfig.PublishAllPorts,
        hosts: hosts(HostConfig),
        dns: HostConfig.Dns as string[] | undefined,
        dnsOpts: HostConfig.DnsOptions as string[] | undefined,
        dnsSearches: HostConfig.DnsSearch,
        tmpfs: HostConfig.Tmpfs,
        readOnly: HostConfig.ReadonlyRootfs,
        shmSize: inMegabytes(HostConfig.ShmSize),
        memory: inMegabytes(HostConfig.Memory),
        memorySwap: swap > 0 ? inMegabytes(swap) : swap,
        memoryReservation: inMegabytes(HostConfig.MemoryReservation),
        cpuShares: HostConfig.CpuShares ?? 0,
        cpuSet: HostConfig.CpusetCpus ?? "",
        securityOpts: HostConfig.SecurityOpt as string[] | undefined,
        privileged: HostConfig.Privileged,
        groupAdds: HostConfig.GroupAdd,
        ipcMode: HostConfig.IpcMode,
        usernsMode: HostConfig.UsernsMode,
        sysctls: HostConfig.Sysctls,
        logDriver: HostConfig.LogConfig?.Type,
    };
}

/** Settings that are only read when the program or the engine has a value. */
function settingsInUse(asked: Properties, found: Docker.ContainerInspectInfo): Properties {
    const { image, ports, mustRun, ulimits, pidMode, logOpts } = asInputs(asked);
    const { Config, HostConfig, State } = found;
    const { Healthcheck } = Config as { Healthcheck?: Docker.HealthConfig };
    const adds = (HostConfig.CapAdd ?? []) as string[];
    const drops = (HostConfig.CapDrop ?? []) as string[];
    return {
        image: image.startsWith("sha256:") ? found.Image : Config.Image,
        // These two show that a container does not run although it should
        mustRun: mustRun === false ? false : isUp(State),
        ...(ports?.length && (State.Running || mustRun !== false) ? { ports: boundPorts(found) } : {}),
        ...(ulimits?.length ? { ulimits: ulimitsOf(HostConfig) } : {}),
        ...(pidMode ? { pidMode: HostConfig.PidMode } : {}),
        ...(logOpts ? { logOpts: HostConfig.LogConfig?.Config as Value } : {}),
        ...(adds.length > 0 || drops.length > 0 ? { capabilities: { adds, drops } } : {}),
        ...(HostConfig.NanoCpus ? { cpus: toCpus(HostConfig.NanoCpus) } : {}),
        ...(Healthcheck ? { healthcheck: healthcheck(Healthcheck) } : {}),
    };
}

/** Whether a container is up. A container that its restart policy restarts is up. */
export function isUp(state: Docker.ContainerInspectInfo["State"]): boolean {
    return state.Running || state.Restarting;
}

function boundPorts({ NetworkSettings }: Docker.ContainerInspectInfo): Value {
    return Object.entries(NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) => {
        const [internal, protocol] = key.split("/");
        return (bindings ?? []).map(({ HostIp, HostPort }) => ({
            internal: Number(internal),
            external: Number(HostPort),
            ip: HostIp,
            protocol,
        }));
    });
}

function healthcheck({ Test, Interval, Timeout, StartPeriod, Retries }: Docker.HealthConfig): Value {
    return {
        tests: Test,
        interval: toDuration(Interval),
        timeout: toDuration(Timeout),
        startPeriod: toDuration(StartPeriod),
        retries: Retries ?? 0,
    };
}

function hosts({ ExtraHosts }: Docker.HostConfig): Value {
    return ((ExtraHosts ?? []) as string[]).map((entry) => {
        const [host, ip] = entry.split(":");
        return { host, ip };
    });
}

function ulimitsOf({ Ulimits }: Docker.HostConfig): Value {
    return (Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard }));
}

/** In the form of the released plugin: a whole number has a decimal point, too. */
function toCpus(nanoCpus: number): string {
    const cpus = nanoCpus / NANO_CPUS;
    return Number.isInteger(cpus) ? cpus.toFixed(1) : String(cpus);
}

function inMegabytes(bytes: number | undefined): number {
    return Math.floor((bytes ?? 0) / MEGABYTE);
}

function asList(value: string | string[] | null | undefined): string[] | undefined {
    return typeof value === "string" ? [value] : (value ?? undefined);
}

function withoutNothing(properties: Properties): Properties {
    return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined && value !== null));
}
