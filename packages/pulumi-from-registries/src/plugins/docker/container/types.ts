import { Properties } from "../../protocol/values";

/** The inputs of a container, checked against its schema. */
export interface ContainerInputs {
    name: string;
    image: string;
    hostname?: string;
    domainname?: string;
    user?: string;
    workingDir?: string;
    entrypoints?: string[];
    command?: string[];
    envs?: string[];
    labels?: { label: string; value: string }[];
    init?: boolean;
    tty?: boolean;
    stdinOpen?: boolean;
    stopSignal?: string;
    stopTimeout?: number;
    runtime?: string;
    networksAdvanced?: { name: string; aliases?: string[]; ipv4Address?: string; ipv6Address?: string }[];
    networkMode?: string;
    ports?: Port[];
    publishAllPorts?: boolean;
    hosts?: { host: string; ip: string }[];
    dns?: string[];
    dnsOpts?: string[];
    dnsSearches?: string[];
    volumes?: Mount[];
    tmpfs?: Record<string, string>;
    uploads?: Upload[];
    readOnly?: boolean;
    shmSize?: number;
    memory?: number;
    memorySwap?: number;
    memoryReservation?: number;
    cpuShares?: number;
    cpuSet?: string;
    cpuPeriod?: number;
    cpuQuota?: number;
    cpus?: string;
    ulimits?: { name: string; soft: number; hard: number }[];
    capabilities?: { adds?: string[]; drops?: string[] };
    securityOpts?: string[];
    privileged?: boolean;
    groupAdds?: string[];
    ipcMode?: string;
    pidMode?: string;
    usernsMode?: string;
    cgroupnsMode?: string;
    sysctls?: Record<string, string>;
    logDriver?: string;
    logOpts?: Record<string, string>;
    healthcheck?: Healthcheck;
    wait?: boolean;
    waitTimeout?: number;
    restart?: string;
    maxRetryCount?: number;
    start?: boolean;
    mustRun?: boolean;
    attach?: boolean;
    logs?: boolean;
    rm?: boolean;
    destroyGraceSeconds?: number;
    removeVolumes?: boolean;
}

export interface Port {
    internal: number;
    external?: number;
    ip?: string;
    protocol?: string;
}

export interface Mount {
    containerPath?: string;
    volumeName?: string;
    hostPath?: string;
    fromContainer?: string;
    readOnly?: boolean;
}

export interface Upload {
    file: string;
    content?: string;
    contentBase64?: string;
    source?: string;
    executable?: boolean;
    permissions?: string;
    owner?: string;
    group?: string;
}

export interface Healthcheck {
    tests?: string[];
    interval?: string;
    timeout?: string;
    startPeriod?: string;
    retries?: number;
}

export const asInputs = (properties: Properties): ContainerInputs => properties as unknown as ContainerInputs;
