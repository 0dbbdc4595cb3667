import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ImageRole, StagedImage } from "../images/staging/contract";
import { DockerHost } from "./dockerHost";
import { ImageCopy } from "./imageCopy";
import { stackLabels, stackPrefix } from "./stackObjects";

/** Arguments of {@link Image}. */
export interface ImageArgs {
    role: ImageRole;
    staged: pulumi.Input<StagedImage>;
    /** Image that this one is built on. Default: none, for the base image. */
    parentImage?: Image;
    /** Image that is built before this one and removed after it. Default: none. */
    previous?: Image;
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
                dependsOn: [args.parentImage, args.previous].filter((image) => image !== undefined),
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
