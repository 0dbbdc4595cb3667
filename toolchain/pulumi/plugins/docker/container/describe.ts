import Docker from "dockerode";
import { Properties, Value } from "../../protocol/values";
import { portKey } from "./createRequest";
import { asInputs, Port } from "./types";

const MEGABYTE = 1024 * 1024;

/** Known only once the container is there. */
export const CONTAINER_OUTPUTS = ["bridge", "networkDatas", "exitCode", "containerLogs"];

/**
 * The properties of a container: what was asked for, what the engine chose where nothing was asked for, and of what can
 * change during a container's life what it is now.
 */
export function describe(asked: Properties, found: Docker.ContainerInspectInfo): Properties {
    return { ...chosen(found), ...withoutUndefined(asked), ...outputs(found), ...current(asked, found) };
}

function chosen({ Config, HostConfig }: Docker.ContainerInspectInfo): Properties {
    return {
        hostname: Config.Hostname,
        user: Config.User,
        workingDir: Config.WorkingDir,
        entrypoints: asList(Config.Entrypoint),
        command: asList(Config.Cmd),
        init: HostConfig.Init ?? false,
        ipcMode: HostConfig.IpcMode,
        runtime: HostConfig.Runtime,
        shmSize: Math.round((HostConfig.ShmSize ?? 0) / MEGABYTE),
        logDriver: HostConfig.LogConfig?.Type,
        networkMode: HostConfig.NetworkMode,
    };
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

function current(asked: Properties, found: Docker.ContainerInspectInfo): Properties {
    const { Name, HostConfig, State } = found;
    const swap = HostConfig.MemorySwap ?? 0;
    return {
        name: Name.replace(/^\//, ""),
        restart: HostConfig.RestartPolicy?.Name || "no",
        maxRetryCount: HostConfig.RestartPolicy?.MaximumRetryCount ?? 0,
        memory: Math.round((HostConfig.Memory ?? 0) / MEGABYTE),
        memorySwap: swap > 0 ? Math.round(swap / MEGABYTE) : swap,
        cpuShares: HostConfig.CpuShares ?? 0,
        cpuSet: HostConfig.CpusetCpus ?? "",
        // a container that ought to run but does not shows itself in this way, and in its ports
        mustRun: asInputs(asked).mustRun === false ? false : isUp(State),
        ports: asInputs(asked).ports === undefined ? undefined : (boundPorts(asked, found) as unknown as Value),
    };
}

/** A container between two attempts of its restart policy is up. */
export function isUp(state: Docker.ContainerInspectInfo["State"]): boolean {
    return state.Running || state.Restarting;
}

function boundPorts(asked: Properties, { NetworkSettings, State }: Docker.ContainerInspectInfo): Port[] {
    const ports = asInputs(asked).ports ?? [];
    if (!State.Running && asInputs(asked).mustRun !== false) return [];
    return ports.map((port) => {
        if (port.external) return port;
        const bound = NetworkSettings.Ports?.[portKey(port)]?.[0]?.HostPort;
        return bound === undefined ? port : { ...port, external: Number(bound) };
    });
}

function asList(value: string | string[] | null | undefined): string[] | undefined {
    return typeof value === "string" ? [value] : (value ?? undefined);
}

function withoutUndefined(properties: Properties): Properties {
    return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined && value !== null));
}
