import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, stackPrefix } from "./stackObjects";

/** Arguments of {@link DockerHost}. */
export interface DockerHostArgs {
    /** Docker endpoint: `unix://`, `ssh://` or `tcp://`. */
    endpoint: string;
    /** Folder with the certificates for `tcp://` with TLS. Default: DOCKER_CERT_PATH, else no TLS. */
    certPath?: string;
    /** Address that clients and other hosts reach this host's published ports by. */
    advertisedAddress: string;
    /** Address that published ports bind to. */
    bindAddress: string;
}

/** A Docker engine that members run on: a provider, and the network that the members on this host share. */
export class DockerHost extends pulumi.ComponentResource {
    /** Name of the host in config. */
    public readonly hostName: string;
    public readonly endpoint: string;
    public readonly certPath?: string;
    public readonly advertisedAddress: string;
    public readonly bindAddress: string;
    public readonly provider: docker.Provider;
    public readonly network: docker.Network;

    constructor(hostName: string, args: DockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
        const name = `host-${hostName}`;
        super("cdc:index:DockerHost", name, {}, opts);
        this.hostName = hostName;
        this.endpoint = args.endpoint;
        this.certPath = args.certPath;
        this.advertisedAddress = args.advertisedAddress;
        this.bindAddress = args.bindAddress;
        this.provider = new docker.Provider(name, { host: args.endpoint, certPath: args.certPath }, { parent: this });
        this.network = new docker.Network(
            `${name}-network`,
            { name: stackPrefix(), driver: "bridge", labels: labelList() },
            { parent: this, provider: this.provider, deleteBeforeReplace: true },
        );
        this.registerOutputs({ provider: this.provider, network: this.network });
    }
}

/** The stack's outputs by which the commands find the engines; `certPaths` only where there are some. */
export function engines(hosts: DockerHost[]): { engines: Record<string, string>; certPaths?: Record<string, string> } {
    const certPaths = hosts.flatMap(({ hostName, certPath }) => (certPath === undefined ? [] : [[hostName, certPath]]));
    return {
        engines: Object.fromEntries(hosts.map(({ hostName, endpoint }) => [hostName, endpoint])),
        ...(certPaths.length > 0 && { certPaths: Object.fromEntries(certPaths) as Record<string, string> }),
    };
}
