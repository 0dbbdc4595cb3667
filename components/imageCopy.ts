import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "./dockerHost";

/** The `docker` command on either host; certificates of a host's own win over those of the environment. */
const HOSTS = `
from() { env "DOCKER_HOST=$FROM" \${FROM_CERTS:+DOCKER_TLS_VERIFY=1 "DOCKER_CERT_PATH=$FROM_CERTS"} docker "$@"; }
to() { env "DOCKER_HOST=$TO" \${TO_CERTS:+DOCKER_TLS_VERIFY=1 "DOCKER_CERT_PATH=$TO_CERTS"} docker "$@"; }
id_there() { to image ls --quiet --no-trunc "$IMAGE"; }
there=$(id_there) || exit 1`;

/** An image that the host has already is not sent again. A name without a tag would send every tag. */
const COPY = `${HOSTS}
[ "$there" = "$ID" ] || from image save "$IMAGE" | to image load || exit 1
there=$(id_there) || exit 1
[ "$there" = "$ID" ] && exit
echo "$IMAGE has the id $there on $TO and $ID on $FROM: are both engines of the same kind of image store?" >&2
exit 1`;

/** A newer image that has the name now stays. */
const REMOVE = `${HOSTS}
[ "$there" != "$ID" ] || to image rm --force "$IMAGE"`;

/** Arguments of {@link ImageCopy}. */
export interface ImageCopyArgs {
    from: DockerHost;
    to: DockerHost;
    /** Name and tag of the image. */
    imageName: pulumi.Input<string>;
    imageId: pulumi.Input<string>;
}

/** Copy of an image on another host, sent through this machine by `docker save | docker load`, without a registry. */
export class ImageCopy extends pulumi.ComponentResource {
    /** Id of the image, `sha256:...`; known when the image is on the other host. */
    public readonly imageId: pulumi.Output<string>;

    constructor(name: string, { from, to, imageName, imageId }: ImageCopyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:ImageCopy", name, {}, opts);
        const copy = new command.local.Command(
            name,
            {
                environment: {
                    FROM: from.endpoint,
                    FROM_CERTS: from.certPath ?? "",
                    TO: to.endpoint,
                    TO_CERTS: to.certPath ?? "",
                    IMAGE: imageName,
                    ID: imageId,
                },
                create: COPY,
                delete: REMOVE,
                triggers: [imageId],
            },
            { parent: this },
        );
        this.imageId = pulumi.all([imageId, copy.stdout]).apply(([id]) => id);
        this.registerOutputs({ imageId: this.imageId });
    }
}
