import { Fields, flag, listOf, map, number, object, setOf, text } from "../../protocol/schema";
import { labelsField } from "../labels";

const fixed = { replace: true };
const chosen = { replace: true, computed: true };

/** A duration in Go's form. */
const duration = () => text({ pattern: /^(0|(\d+(\.\d+)?(ms|s|m|h))+)$/, default: "0s" });

/**
 * The inputs of a container. As in the released plugin, a change of nearly every input replaces the container. The others
 * change the running container, or have an effect only when it is created or removed.
 */
export const containerFields: Fields = {
    name: text({ ...fixed }),
    image: text({ ...fixed, required: true }),
    hostname: text(chosen),
    domainname: text(fixed),
    user: text(chosen),
    workingDir: text(chosen),
    entrypoints: listOf(text(), chosen),
    command: listOf(text(), chosen),
    envs: setOf(text(), chosen),
    labels: { ...labelsField, computed: true },
    init: flag({ computed: true }),
    tty: flag(fixed),
    stdinOpen: flag(fixed),
    stopSignal: text(chosen),
    stopTimeout: number(chosen),
    runtime: text(chosen),

    networksAdvanced: setOf(
        object({ name: text({ required: true }), aliases: setOf(text()), ipv4Address: text(), ipv6Address: text() }),
        fixed,
    ),
    networkMode: text({ ...fixed, default: "bridge" }),
    ports: setOf(
        object({
            internal: number({ required: true }),
            external: number({ computed: true }),
            ip: text({ default: "0.0.0.0" }),
            protocol: text({ default: "tcp" }),
        }),
        fixed,
    ),
    publishAllPorts: flag(fixed),
    hosts: setOf(object({ host: text({ required: true }), ip: text({ required: true }) }), fixed),
    dns: setOf(text(), fixed),
    dnsOpts: setOf(text(), fixed),
    dnsSearches: setOf(text(), fixed),

    volumes: setOf(
        object({
            containerPath: text(),
            volumeName: text(),
            hostPath: text(),
            fromContainer: text(),
            readOnly: flag(),
        }),
        fixed,
    ),
    tmpfs: map(),
    uploads: setOf(
        object({
            file: text({ required: true }),
            content: text(),
            contentBase64: text(),
            source: text(),
            sourceHash: text(),
            executable: flag(),
            permissions: text({ pattern: /^0[0-7]{3}$/ }),
            owner: text({ pattern: /^\d+$/ }),
            group: text({ pattern: /^\d+$/ }),
        }),
        fixed,
    ),
    readOnly: flag(fixed),
    shmSize: number(chosen),

    memory: number(),
    memorySwap: number(),
    memoryReservation: number(),
    cpuShares: number(),
    cpuSet: text({ pattern: /^\d+([,-]\d+)*$/ }),
    cpuPeriod: number(),
    cpuQuota: number(),
    cpus: text(fixed),
    ulimits: setOf(
        object({ name: text({ required: true }), soft: number({ required: true }), hard: number({ required: true }) }),
        fixed,
    ),

    capabilities: object({ adds: setOf(text()), drops: setOf(text()) }, fixed),
    securityOpts: setOf(text(), chosen),
    privileged: flag(fixed),
    groupAdds: setOf(text(), fixed),
    ipcMode: text(chosen),
    pidMode: text(fixed),
    usernsMode: text(fixed),
    cgroupnsMode: text(chosen),
    sysctls: map(fixed),

    logDriver: text(chosen),
    logOpts: map(fixed),

    healthcheck: object(
        {
            tests: listOf(text()),
            interval: duration(),
            timeout: duration(),
            startPeriod: duration(),
            retries: number(),
        },
        { computed: true },
    ),
    wait: flag(),
    waitTimeout: number({ default: 60 }),

    restart: text({ default: "no", pattern: /^(no|on-failure|always|unless-stopped)$/ }),
    maxRetryCount: number(),
    start: flag({ default: true }),
    mustRun: flag({ default: true }),
    attach: flag(),
    logs: flag(),
    rm: flag(),
    destroyGraceSeconds: number(),
    removeVolumes: flag({ default: true }),
};
