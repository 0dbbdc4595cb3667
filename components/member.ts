import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { MemberTls } from "./certificates/stackTls";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { TLS_FOLDER } from "./render/tls";
import { dockerName, labelList, TLS_LABEL, TLS_MODE_LABEL } from "./stackObjects";

/** User and group of the servers in the JVM images. */
export const SERVER_USER = "1000:1000";

/** Arguments of {@link Member}. */
export interface MemberArgs {
    host: DockerHost;
    image: Image;
    /** Command line in exec form: the server is process 1 and gets the signals. Default: the image's. */
    command?: pulumi.Input<string[]>;
    envs?: pulumi.Input<pulumi.Input<string>[]>;
    /** User that the server runs as. Default: {@link SERVER_USER}. */
    user?: string;
    /** Files written before the start, by path. A changed file replaces the container. */
    files: Record<string, pulumi.Input<string>>;
    /** Folder in the container that a named volume holds. Default: no data. */
    dataPath?: string;
    /** Keeps the data volume from being deleted. Default false. */
    protectData?: boolean;
    /** Volume with secret files, mounted read-only. Default: none. */
    secrets?: { volumeName: pulumi.Input<string>; path: string };
    /** TLS of the member: the volume with its key and certificates, see {@link StackTls}. Default: none. */
    tls?: MemberTls;
    /** True: the container's file system is read-only, and {@link files} must be empty. Default false. */
    readOnly?: boolean;
    /** Published ports: port in the container -> port on the host's bind address. */
    ports: Record<number, number>;
    /** Health check in exec form. */
    healthcheck: pulumi.Input<string[]>;
    /** Memory limit without swap, MiB. */
    memoryMb: number;
    /** Time for a clean stop, s. */
    stopGraceSeconds: number;
    /** Labels beside those of the stack. A changed label replaces the container. */
    labels?: Record<string, pulumi.Input<string>>;
}

/** One server: a container and the volume of its data. */
export class Member extends pulumi.ComponentResource {
    public readonly containerId: pulumi.Output<string>;

    constructor(name: string, args: MemberArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:Member", name, {}, opts);
        const { host } = args;
        const childOptions = { parent: this, provider: host.provider };
        const volumes: docker.types.input.ContainerVolume[] = [];
        if (args.dataPath) {
            const data = new docker.Volume(
                `${name}-data`,
                { name: dockerName(`${name}-data`), labels: labelList() },
                { ...childOptions, protect: args.protectData },
            );
            volumes.push({ volumeName: data.name, containerPath: args.dataPath });
        }
        if (args.secrets) {
            volumes.push({ volumeName: args.secrets.volumeName, containerPath: args.secrets.path, readOnly: true });
        }
        if (args.tls) volumes.push({ volumeName: args.tls.volumeName, containerPath: TLS_FOLDER, readOnly: true });

        const container = new docker.Container(
            name,
            {
                name: dockerName(name),
                hostname: name,
                image: args.image.idOn(host),
                command: args.command,
                envs: args.envs,
                user: args.user ?? SERVER_USER,
                networksAdvanced: [{ name: host.network.name, aliases: [name] }],
                ports: Object.entries(args.ports).map(([internal, external]) => ({
                    internal: Number(internal),
                    external,
                    ip: host.bindAddress,
                    protocol: "tcp",
                })),
                volumes,
                uploads: Object.entries(args.files).map(([file, content]) => ({ file, content })),
                healthcheck: {
                    tests: pulumi.output(args.healthcheck).apply((test) => ["CMD", ...test]),
                    interval: "15s",
                    timeout: "5s",
                    startPeriod: "30s",
                    retries: 3,
                },
                readOnly: args.readOnly,
                memory: args.memoryMb,
                // Without it the engine allows as much swap again, and each preview shows a difference.
                memorySwap: args.memoryMb,
                restart: "unless-stopped",
                destroyGraceSeconds: args.stopGraceSeconds,
                stopTimeout: args.stopGraceSeconds,
                logDriver: "json-file",
                logOpts: { "max-size": "10m", "max-file": "3" },
                // A server reads its certificate at start: a new one needs a new container
                labels: labelList({
                    ...args.labels,
                    ...(args.tls && { [TLS_LABEL]: args.tls.fingerprint }),
                    ...(args.tls?.mode && { [TLS_MODE_LABEL]: args.tls.mode }),
                }),
                // Data for a peer that is cut off stays in the kernel, even after the process has closed the connection. These
                // values drop it after 13 s; with the defaults of Linux (15 and 8) it could arrive minutes later.
                sysctls: { "net.ipv4.tcp_retries2": "5", "net.ipv4.tcp_orphan_retries": "5" },
                capabilities: { drops: ["ALL"] },
                securityOpts: ["no-new-privileges"],
            },
            {
                ...childOptions,
                dependsOn: args.tls && [args.tls.files],
                deleteBeforeReplace: true,
                // The provider does not apply a changed health check to an existing container.
                replaceOnChanges: ["healthcheck"],
            },
        );
        this.containerId = container.id;
        this.registerOutputs({ containerId: this.containerId });
    }
}
