import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "./dockerHost";
import { ImageCopy } from "./imageCopy";
import { stackLabels, stackPrefix } from "./stackObjects";

/** Images that staging knows, each built on the one before it: base, jre, runtime, connect; artemis on jre, postgres and watch on base. */
export type ImageRole = "base" | "jre" | "runtime" | "connect" | "postgres" | "artemis" | "watch";

/** Where the files of a plugin come from; `libraries` are Maven coordinates put beside them. */
export type PluginSource =
    | { maven: string; sha512?: string; libraries?: string[] }
    | { project: string; libraries?: string[] }
    | { path: string; libraries?: string[] }
    | { url: string; sha512: string; libraries?: string[] };

/** What the images are made of. */
export interface StageRequest {
    kafkaVersion: string;
    zookeeperVersion: string;
    artemisVersion: string;
    /** Plugins of the Connect image, by folder name. */
    plugins: Record<string, PluginSource>;
    /** True: the watch image, too. Default false. */
    watch?: boolean;
}

/** What staging leaves: build contexts whose digest tells their content. */
export interface StageResult {
    /** `watch` only when it was asked for. */
    images: Record<ImageRole, StagedImage>;
    plugins: StagedPlugin[];
    /** `service_load`, by which a worker starts faster, when every plugin of the image has its service file. */
    pluginDiscovery: PluginDiscovery;
    /** Path of `definitions.json`: the config definitions of every plugin. */
    definitions: string;
}

/** What staging writes of every plugin class: its kind, its version and its settings. */
export interface Definitions {
    plugins: {
        class: string;
        type: string;
        version: string;
        config: { name: string; type: string; required: boolean; validValues?: string[] }[];
    }[];
}

/** How workers find plugins: KIP-898. */
export type PluginDiscovery = "service_load" | "hybrid_warn";

/** A folder with a Dockerfile and all that goes into the image. */
export interface StagedImage {
    context: string;
    /** sha256 of everything that decides the image's content, 64 hex digits. */
    digest: string;
}

/** A plugin as baked into the Connect image. */
export interface StagedPlugin {
    name: string;
    version: string;
    digest: string;
}

/** Arguments of {@link Image}. */
export interface ImageArgs {
    role: ImageRole;
    staged: pulumi.Input<StagedImage>;
    /** Image that this one is built on. Default: none, for the base image. */
    parentImage?: Image;
    /**
     * Image that is built before this one and removed after it. Default: none. An engine that removes two images of one
     * parent at the same time may say `unrecognized image ID` of one.
     */
    after?: Image;
    /** The host that it is built on. Others get a copy when a member there needs it. */
    host: DockerHost;
}

/** A staged image, built on one host; hosts whose members need it get a copy, so that one image id is everywhere. */
export class Image extends pulumi.ComponentResource {
    /** `<project>-<stack>/<role>:<16 of the digest>`; the digest in it because the provider deletes images by name. */
    public readonly imageName: pulumi.Output<string>;
    /** Id of the image, `sha256:...`. */
    public readonly imageId: pulumi.Output<string>;
    private readonly name: string;
    private readonly host: DockerHost;
    private readonly copies = new Map<DockerHost, ImageCopy>();

    constructor(name: string, args: ImageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:Image", name, {}, opts);
        this.name = name;
        this.host = args.host;
        const staged = pulumi.output(args.staged);
        this.imageName = staged.digest.apply((digest) => `${stackPrefix()}/${args.role}:${digest.slice(0, 16)}`);
        const image = new docker.RemoteImage(
            name,
            {
                name: this.imageName,
                build: {
                    context: staged.context,
                    // With the default builder the image of an ssh:// host would be built on the local engine.
                    useLegacyBuilder: true,
                    buildArgs: args.parentImage ? { BASE: args.parentImage.imageName } : {},
                    labels: stackLabels(),
                    forceRemove: true,
                },
                triggers: { digest: staged.digest },
                // Children of a replaced image still use its layers until they are replaced too.
                forceRemove: true,
            },
            {
                parent: this,
                provider: args.host.provider,
                dependsOn: [args.parentImage, args.after].filter((image) => image !== undefined),
            },
        );
        this.imageId = image.imageId;
        this.registerOutputs({ imageName: this.imageName, imageId: this.imageId });
    }

    /** The image's id, known when the image is on that host. */
    public idOn(host: DockerHost): pulumi.Output<string> {
        if (host === this.host) return this.imageId;
        const { imageName, imageId } = this;
        const copy =
            this.copies.get(host) ??
            new ImageCopy(
                `${this.name}-on-${host.hostName}`,
                { from: this.host, to: host, imageName, imageId },
                { parent: this },
            );
        this.copies.set(host, copy);
        return copy.imageId;
    }
}
