import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DockerHost, dockerName, stackLabels } from "./dockerHost";
import { Image } from "./image";

/** Folder in which servers find their secrets, one file each. */
export const SECRETS_FOLDER = "/run/secrets/connect-cdc";

/** Arguments of {@link SecretFiles}. */
export interface SecretFilesArgs {
    host: DockerHost;
    /** Image of the writer; it knows the user. */
    image: Image;
    /** User that may read the files. */
    user: string;
    /** Contents by file name. */
    secrets: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * Secrets as files in a volume: one file per secret, mode 0400, owned by the user that reads them. A container that runs
 * once writes them, so that no secret is in an image, an environment or a command line. A changed secret replaces the
 * writer, not the readers.
 */
export class SecretFiles extends pulumi.ComponentResource {
    public readonly volumeName: pulumi.Output<string>;
    /** Id of the writer: it changes whenever a secret does. */
    public readonly writerId: pulumi.Output<string>;

    constructor(name: string, args: SecretFilesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:SecretFiles", name, {}, opts);
        const childOptions = { parent: this, provider: args.host.provider };
        const volume = new docker.Volume(name, { name: dockerName(name), labels: stackLabels() }, childOptions);
        const uploads = pulumi
            .secret(args.secrets)
            .apply((secrets) => Object.entries(secrets).map(([key, content]) => ({ file: `/in/${key}`, content })));
        const writer = new docker.Container(
            `${name}-writer`,
            {
                name: dockerName(`${name}-writer`),
                image: args.image.idOn(args.host),
                user: "root",
                entrypoints: ["/bin/bash", "-euc"],
                command: [
                    `install -o ${args.user} -g ${args.user} -m 0400 /in/* ${SECRETS_FOLDER}/; ` +
                        `for f in ${SECRETS_FOLDER}/*; do [ -e "/in/\${f##*/}" ] || rm -f "$f"; done; rm -f /in/*`,
                ],
                uploads,
                volumes: [{ volumeName: volume.name, containerPath: SECRETS_FOLDER }],
                networkMode: "none",
                mustRun: false,
                attach: true,
                memory: 64,
                memorySwap: 64,
                logDriver: "json-file",
                logOpts: { "max-size": "1m", "max-file": "1" },
                labels: stackLabels(),
                // Names as the engine has them: with shorter ones each refresh finds a difference, which replaces the writer
                capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
                securityOpts: ["no-new-privileges"],
            },
            { ...childOptions, deleteBeforeReplace: true },
        );
        this.volumeName = volume.name;
        this.writerId = writer.id;
        this.registerOutputs({ volumeName: this.volumeName, writerId: this.writerId });
    }
}
