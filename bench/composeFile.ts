import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";

/** The inputs of a `docker.Container` that this program uses. */
export interface ContainerInputs {
    name: string;
    image: string;
    hostname?: string;
    user?: string;
    entrypoints?: string[];
    command?: string[];
    envs?: string[];
    networkMode?: string;
    networksAdvanced?: { aliases?: string[] }[];
    ports?: { internal: number; external: number; ip: string }[];
    volumes?: { volumeName: string; containerPath: string; readOnly?: boolean }[];
    uploads?: { file: string; content: string }[];
    healthcheck?: { tests: string[]; interval: string; timeout: string; startPeriod: string; retries: number };
    memory?: number;
    memorySwap?: number;
    restart?: string;
    destroyGraceSeconds?: number;
    logDriver?: string;
    logOpts?: Record<string, string>;
    labels?: { label: string; value: string }[];
    capabilities?: { adds?: string[]; drops?: string[] };
    securityOpts?: string[];
    /** False for a container that exits when its work is done. */
    mustRun?: boolean;
}

/** The role whose servers must be healthy before those of another role start. */
const startsAfter: Record<string, string> = { kafka: "zookeeper", connect: "kafka" };

/**
 * Writes a compose file for the same containers as those of the stack: it translates the inputs of Pulumi's resources.
 *
 * @param prefix of the containers' names: "<project>-<stack>-"
 * @returns the compose file's path
 */
export function writeComposeFile(folder: string, prefix: string, containers: ContainerInputs[]): string {
    const named = containers.map((inputs) => ({ service: inputs.name.slice(prefix.length), inputs }));
    const names = named.map(({ service }) => service);
    const services = named.map(({ service, inputs }) => [
        service,
        { ...toService(inputs, join(folder, "files", service)), depends_on: dependencies(service, names) },
    ]);
    // With the stack's labels the next run finds and removes the objects of an interrupted run
    const labels = stackLabels(containers);
    const volumes = containers.flatMap(({ volumes = [] }) => volumes.map(({ volumeName }) => [volumeName, { labels }]));
    const file = join(folder, "compose.yaml");
    const content = {
        services: Object.fromEntries(services) as object,
        networks: { default: { labels } },
        volumes: Object.fromEntries(volumes) as object,
    };
    writeFileSync(file, stringify(content));
    return file;
}

function toService(inputs: ContainerInputs, folder: string): object {
    const volumes = (inputs.volumes ?? []).map(
        ({ volumeName, containerPath, readOnly }) => `${volumeName}:${containerPath}${readOnly ? ":ro" : ""}`,
    );
    const { healthcheck } = inputs;
    return {
        image: inputs.image,
        hostname: inputs.hostname,
        user: inputs.user,
        entrypoint: inputs.entrypoints,
        // In a compose file a dollar sign begins a variable
        command: inputs.command?.map((word) => word.replaceAll("$", "$$$$")),
        environment: inputs.envs,
        network_mode: inputs.networkMode,
        networks: inputs.networkMode === undefined ? { default: { aliases: aliasesOf(inputs) } } : undefined,
        ports: inputs.ports?.map(({ ip, external, internal }) => `${ip}:${external}:${internal}`),
        volumes: [...volumes, ...writeUploads(inputs, folder)],
        healthcheck: healthcheck && {
            test: healthcheck.tests,
            interval: healthcheck.interval,
            timeout: healthcheck.timeout,
            start_period: healthcheck.startPeriod,
            retries: healthcheck.retries,
        },
        mem_limit: inputs.memory === undefined ? undefined : `${inputs.memory}m`,
        memswap_limit: inputs.memorySwap === undefined ? undefined : `${inputs.memorySwap}m`,
        restart: inputs.restart,
        stop_grace_period: inputs.destroyGraceSeconds === undefined ? undefined : `${inputs.destroyGraceSeconds}s`,
        logging: { driver: inputs.logDriver, options: inputs.logOpts },
        labels: labelsOf(inputs),
        cap_drop: inputs.capabilities?.drops,
        cap_add: inputs.capabilities?.adds,
        security_opt: inputs.securityOpts,
    };
}

function labelsOf({ labels = [] }: ContainerInputs): Record<string, string> {
    return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}

/** The labels that all containers share. */
function stackLabels(containers: ContainerInputs[]): Record<string, string> {
    const [first = {}, ...others] = containers.map(labelsOf);
    return Object.fromEntries(
        Object.entries(first).filter(([key, value]) => others.every((labels) => labels[key] === value)),
    );
}

function aliasesOf({ networksAdvanced }: ContainerInputs): string[] {
    return (networksAdvanced ?? []).flatMap(({ aliases }) => aliases ?? []);
}

/** Compose has no uploads: each file is mounted. A container that exits gets the folder, as it deletes the files. */
function writeUploads({ uploads = [], mustRun }: ContainerInputs, folder: string): string[] {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const { file, content } of uploads) {
        mkdirSync(join(folder, dirname(file)), { recursive: true });
        writeFileSync(join(folder, file), content, { mode: 0o644 });
    }
    if (mustRun === false) {
        const top = ({ file }: { file: string }) => `/${file.split("/")[1]}`;
        return [...new Set(uploads.map(top))].map((target) => `${join(folder, target)}:${target}`);
    }
    return uploads.map(({ file }) => `${join(folder, file)}:${file}:ro`);
}

function dependencies(service: string, names: string[]): object {
    const role = service.replace(/-(\d+|secrets-sweep)$/, "");
    const before = names.filter((name) => name.replace(/-\d+$/, "") === startsAfter[role]);
    const writer = names.filter((name) => name === `${role}-secrets-writer`);
    return Object.fromEntries([
        ...before.map((name) => [name, { condition: "service_healthy" }]),
        ...writer.map((name) => [name, { condition: "service_completed_successfully" }]),
    ]) as object;
}
