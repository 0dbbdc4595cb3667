import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Credentials } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";
import type { Image } from "../image";
import { type MEMBER_ROLES, OPERATOR, TLS_FILES, type TlsMode, usesTls } from "../render/tls";
import { SecretFiles } from "../secretFiles";
import { Authority } from "./authority";
import { Certificate } from "./certificate";

/** Volume with a member's key and certificates: the files of `TLS_FILES`, for the server's user only. */
export interface MemberTls {
    volumeName: pulumi.Output<string>;
    /** What writes the volume: a member must depend on it. */
    files: pulumi.Resource;
    /**
     * Digest of all files: a member that has read others needs a new container. It is not the writer's id: a replaced writer is
     * deleted first, and all members with them that depend on its properties, before the first gate of their roll.
     */
    fingerprint: pulumi.Output<string>;
    /** Of a member of a cluster, which rolls when it changes. */
    mode?: TlsMode;
}

/** Arguments of {@link StackTls.memberTls}. */
export interface MemberTlsArgs {
    /** Name of the member, such as `kafka-0`. */
    member: string;
    /** Common name of the certificate: the principal that Kafka sees. Members of one role have the same. */
    role: (typeof MEMBER_ROLES)[number];
    host: DockerHost;
    image: Image;
    /** User that the server runs as. */
    user: string;
    /** Further files of the server in the volume, by name. A change of one is a change of the certificate. Default: none. */
    files?: Record<string, pulumi.Input<string>>;
    parent: pulumi.Resource;
}

/** An authority of the stack. */
export interface StackAuthority {
    name: string;
    /** PEM: certificate of an authority of the user, followed by those above it. Default: the stack makes the authority. */
    cert?: string;
    /** PEM: private key of `cert`. */
    key?: pulumi.Output<string>;
}

/** Arguments of {@link StackTls}. */
export interface StackTlsArgs {
    /** A stack with `off` needs no certificates, and no such object. */
    mode: TlsMode;
    /** The first signs, and all are trusted. */
    authorities: StackAuthority[];
    /** Life of a certificate, days. An `up` in its last third renews it. */
    certificateDays: number;
    /** Names of further clients, each with a certificate of its own. */
    clients: string[];
    /** Password of the operator at the workers' REST APIs. Default: they ask for none. */
    restPassword?: pulumi.Output<string>;
}

/**
 * The stack's authorities, certificates and keys. The name in a certificate is a role: a server gives rights to its client by it.
 * An authority is exchanged in three steps: the new one is added last, then moved to the front, then the old one is removed.
 */
export class StackTls extends pulumi.ComponentResource {
    public readonly mode: TlsMode;
    /** Credentials of the operator: probes, gates, the Connector resource, commands. Secret. */
    public readonly operator: pulumi.Output<Credentials>;
    /** PEM: all trusted authorities. */
    public readonly ca: pulumi.Output<string>;
    /** Credentials of the further clients by name. Secret. */
    public readonly clients: Record<string, pulumi.Output<Credentials>>;
    private readonly signer: Authority;
    private readonly days: number;

    constructor(name: string, args: StackTlsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:StackTls", name, {}, opts);
        const authorities = args.authorities.map(
            ({ name: authority, cert, key }, index) =>
                new Authority(
                    `authority-${authority}`,
                    {
                        commonName: `${pulumi.getProject()} ${pulumi.getStack()} ${authority}`,
                        given: cert !== undefined && key ? key.apply((key) => ({ cert, key })) : undefined,
                        path: `security.authorities.${index}`,
                    },
                    { parent: this },
                ),
        );
        this.mode = args.mode;
        this.days = args.certificateDays;
        this.signer = authorities[0]!;
        this.ca = pulumi.all(authorities.map(({ cert }) => cert)).apply((certs) => certs.map(withNewline).join(""));
        const rest = args.restPassword?.apply((password) => ({ username: OPERATOR, password }));
        this.operator = pulumi.all([this.client(OPERATOR, OPERATOR), rest]).apply(([own, rest]) => ({ ...own, rest }));
        this.clients = Object.fromEntries(
            args.clients.map((client) => [client, this.client(`client-${client}`, client)]),
        );
        this.registerOutputs({ ca: this.ca });
    }

    /** {@link operator}'s, where the stack's clients use TLS. undefined: they use plain links. */
    public get credentials(): pulumi.Output<Credentials> | undefined {
        return usesTls(this.mode) ? this.operator : undefined;
    }

    /** Makes the certificate of a member, for its name, localhost and its host's advertised address, and the volume with it. */
    public memberTls({ member, role, host, image, user, files: others, parent }: MemberTlsArgs): MemberTls {
        const { cert, key, store } = this.certificate(member, role, [host.advertisedAddress], parent);
        const own = { [TLS_FILES.cert]: cert, [TLS_FILES.key]: key, [TLS_FILES.ca]: this.ca };
        const secrets = {
            ...Object.fromEntries(Object.entries(own).map(([path, content]) => [basename(path), content])),
            ...others,
        };
        const binarySecrets = { [basename(TLS_FILES.store)]: store };
        const files = new SecretFiles(`${member}-tls`, { host, image, user, secrets, binarySecrets }, { parent });
        return { volumeName: files.volumeName, files, fingerprint: fingerprintOf({ secrets, binarySecrets }) };
    }

    private client(name: string, commonName: string): pulumi.Output<Credentials> {
        const { cert, key } = this.certificate(name, commonName, [], this);
        return pulumi.secret(pulumi.all([this.ca, cert, key]).apply(([ca, cert, key]) => ({ ca, cert, key })));
    }

    private certificate(member: string, role: string, addresses: string[], parent: pulumi.Resource): Certificate {
        return new Certificate(
            `${member}-certificate`,
            {
                commonName: role,
                addresses: [...new Set([member, "localhost", "127.0.0.1", ...addresses])],
                days: this.days,
                authorityCert: this.signer.cert,
                authorityKey: pulumi.secret(this.signer.key),
                ca: this.ca,
            },
            { parent },
        );
    }
}

/** No secret itself: among what it is made of is a private key, which nobody can guess. */
function fingerprintOf(files: object): pulumi.Output<string> {
    const digest = pulumi.secret(files).apply((all) => createHash("sha256").update(JSON.stringify(all)).digest("hex"));
    return pulumi.unsecret(digest).apply((text) => text.slice(0, 32));
}

function withNewline(pem: string): string {
    return `${pem.trimEnd()}\n`;
}
