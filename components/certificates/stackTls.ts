import type { Credentials } from "@connect-cdc/connector/client";
import type * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";
import type { Image } from "../image";
import type { TlsMode } from "../render/tls";

/** Volume with a member's key and certificates: the files of `TLS_FILES`, for the server's user only. */
export interface MemberTls {
    volumeName: pulumi.Output<string>;
    /** Id of the writer. It changes with every change of a file. */
    writerId: pulumi.Output<string>;
}

/** Arguments of {@link StackTls.memberTls}. */
export interface MemberTlsArgs {
    /** Name of the member, such as `kafka-0`. */
    member: string;
    /** Common name of the certificate: the principal that Kafka sees. Members of one role have the same. */
    role: "zookeeper" | "kafka" | "connect" | "registry" | "postgres" | "artemis";
    host: DockerHost;
    image: Image;
    /** User that the server runs as. */
    user: string;
    parent: pulumi.Resource;
}

/** The stack's authorities, certificates and keys. */
export interface StackTls {
    mode: TlsMode;
    /** Credentials of the operator: probes, gates, the Connector resource, commands. Secret. */
    operator: pulumi.Output<Credentials>;
    /** PEM: all trusted authorities. */
    ca: pulumi.Output<string>;
    /** Makes the certificate of a member, for its name, localhost and its host's advertised address, and the volume with it. */
    memberTls(args: MemberTlsArgs): MemberTls;
}
