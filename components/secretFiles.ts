import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { SECRETS_FOLDER } from "./render/secretsFolder";
import { dockerName, labelList } from "./stackObjects";

export { SECRETS_FOLDER };

/** Arguments of {@link SecretFiles}. */
export interface SecretFilesArgs {
    host: DockerHost;
    /** Image of the writer; it must have the user. */
    image: Image;
    /** User that may read the files. */
    user: string;
    /** Contents by path: the name of a file, or of a folder and a file in it. */
    secrets: Record<string, pulumi.Input<string>>;
    /** The same for contents that are no text, in base64. Default: none. */
    binarySecrets?: Record<string, pulumi.Input<string>>;
    /** True: files of removed secrets stay until {@link SecretFiles.sweep}. Default false. */
    keepsOthers?: boolean;
}

/**
 * Secrets as files in a volume: one file per secret, mode 0400, owned by the user that reads them. A container that runs
 * once writes them, so that no secret is in an image, an environment or a command line. A changed secret replaces the
 * writer, not the readers.
 */
export class SecretFiles extends pulumi.ComponentResource {
    public readonly volumeName: pulumi.Output<string>;
    /** Id of the writer. It changes with every changed secret. */
    public readonly writerId: pulumi.Output<string>;

    constructor(
        private readonly name: string,
        private readonly args: SecretFilesArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("cdc:index:SecretFiles", name, {}, opts);
        const childOptions = { parent: this, provider: args.host.provider };
        const volume = new docker.Volume(name, { name: dockerName(name), labels: labelList() }, childOptions);
        const uploads = pulumi
            .secret({ texts: args.secrets, binaries: args.binarySecrets ?? {} })
            .apply(({ texts, binaries }) => [
                ...Object.entries(texts).map(([key, content]) => ({ file: `/in/${key}`, content })),
                ...Object.entries(binaries).map(([key, contentBase64]) => ({ file: `/in/${key}`, contentBase64 })),
            ]);
        this.volumeName = volume.name;
        const script = [installing(args.user), ...(args.keepsOthers ? [] : [removingOthers(this.paths)])];
        const writer = this.runOnce("writer", [...script, "rm -rf /in/*"], { parent: this }, uploads);
        this.writerId = writer.id;
        this.registerOutputs({ volumeName: this.volumeName, writerId: this.writerId });
    }

    /**
     * Removes the files of removed secrets, after `dependsOn`.
     * @param parent another resource than this one: else all that depends on the secrets would depend on the removal, too.
     */
    public sweep(dependsOn: pulumi.Resource[], parent: pulumi.Resource): void {
        this.runOnce("sweep", [removingOthers(this.paths)], { parent, dependsOn });
    }

    private get paths(): string[] {
        return Object.keys({ ...this.args.secrets, ...this.args.binarySecrets });
    }

    private runOnce(
        job: string,
        script: string[],
        opts: pulumi.CustomResourceOptions,
        uploads?: pulumi.Input<Upload[]>,
    ): docker.Container {
        const { host, image } = this.args;
        return new docker.Container(
            `${this.name}-${job}`,
            {
                name: dockerName(`${this.name}-${job}`),
                image: image.idOn(host),
                user: "root",
                entrypoints: ["/bin/bash", "-euc"],
                command: [script.join("; ")],
                uploads,
                volumes: [{ volumeName: this.volumeName, containerPath: SECRETS_FOLDER }],
                networkMode: "none",
                mustRun: false,
                attach: true,
                memory: 64,
                memorySwap: 64,
                logDriver: "json-file",
                logOpts: { "max-size": "1m", "max-file": "1" },
                labels: labelList(),
                // Names in the engine's form: with the short form each refresh finds a difference, which replaces the writer
                capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
                securityOpts: ["no-new-privileges"],
            },
            { ...opts, provider: host.provider, deleteBeforeReplace: true },
        );
    }
}

type Upload = docker.types.input.ContainerUpload;

/** Script: installs the uploaded files, readable by the user only. */
function installing(user: string): string {
    const owned = `-o ${user} -g ${user}`;
    return (
        `mkdir -p /in; cd /in; find . -mindepth 1 -type d -exec install -d ${owned} -m 0500 ${SECRETS_FOLDER}/{} \\;; ` +
        `find . -type f -exec install ${owned} -m 0400 {} ${SECRETS_FOLDER}/{} \\;`
    );
}

/** Script: removes all other files, and empty folders. */
function removingOthers(paths: string[]): string {
    const kept = paths.sort().join(" ");
    return (
        `cd ${SECRETS_FOLDER}; find . -type f -printf '%P\\n' | grep -vxFf <(printf '%s\\n' ${kept}) | ` +
        "xargs -r -d '\\n' rm -f; find . -mindepth 1 -type d -empty -delete"
    );
}
