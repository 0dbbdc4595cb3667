import * as pulumi from "@pulumi/pulumi";
import type { StackTls } from "./certificates/stackTls";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { Member } from "./member";
import { ARTEMIS_ETC, bootstrapXml, brokerXml, type JmsRule } from "./render/artemis";
import {
    ARTEMIS_PORT,
    ARTEMIS_TLS_PORT,
    jmsBrokerAddress,
    jmsBrokerTlsAddress,
    jmsUrl,
} from "./render/serverAddresses";
import { acceptsPlain, acceptsTls, usesTls } from "./render/tls";
import { hostOf, outsideAddress, peerAddress } from "./render/topology";
import { Readiness } from "./rolling/readiness";
import { SecretFiles, SECRETS_FOLDER } from "./secretFiles";
import { SECRETS_LABEL } from "./stackObjects";

const CONSOLE_PORT = 8161;

/** Arguments of {@link JmsBroker}. */
export interface JmsBrokerArgs {
    hosts: DockerHost[];
    image: Image;
    /** Host name; empty: the first host. */
    placement: string[];
    /** Port for clients outside, without TLS. */
    port: number;
    /** Port for clients outside, with TLS. */
    tlsPort: number;
    /** TLS of the stack. Default: none. */
    tls?: StackTls;
    /** Port of the web console outside; it takes https only where the mode of TLS is `require`, and http otherwise. */
    consolePort: number;
    /** Passwords of the users by name, with the operator's. */
    passwords: Record<string, pulumi.Input<string>>;
    /** What the users may do, by name. The operator may do everything. */
    rules: Record<string, JmsRule[]>;
    /** Durable anycast queues that exist from the start. */
    queues: string[];
    /** JMS topics (multicast addresses) that exist from the start. */
    topics: string[];
    /** Largest heap of the JVM, MiB. */
    heapMb: number;
    /** Memory limit, MiB. */
    memoryMb: number;
    /** Keeps the data volume from being deleted. Default false. */
    protectData?: boolean;
}

/** The stack's own Apache ActiveMQ Artemis with its queues and topics. */
export class JmsBroker extends pulumi.ComponentResource {
    /** JNDI provider URL as the Connect workers reach it. */
    public readonly url: pulumi.Output<string>;
    /** `host:port` for clients outside. */
    public readonly address: pulumi.Output<string>;
    /** URL of the web console. */
    public readonly consoleUrl: pulumi.Output<string>;
    /** `host:port` and URL of the web console for other members. */
    public readonly peer: { address: string; consoleUrl: string };
    /** Resolves when the broker accepts clients. */
    public readonly ready: Readiness;

    constructor(name: string, args: JmsBrokerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:JmsBroker", name, {}, opts);
        const host = hostOf(0, args.hosts, args.placement);
        const files = Object.entries(args.passwords).map(([user, password]) => [`users/${user}`, password]);
        const secretFiles = new SecretFiles(
            `${name}-secrets`,
            { host, image: args.image, user: "cdc", secrets: Object.fromEntries(files) as typeof args.passwords },
            { parent: this },
        );
        const { tls } = args;
        const mode = tls?.mode ?? "off";
        const address = outsideAddress(host, usesTls(mode) ? args.tlsPort : args.port);
        const ports: [inside: number, outside: number][] = [
            ...(acceptsPlain(mode) ? [[ARTEMIS_PORT, args.port] as [number, number]] : []),
            ...(acceptsTls(mode) ? [[ARTEMIS_TLS_PORT, args.tlsPort] as [number, number]] : []),
            [CONSOLE_PORT, args.consolePort],
        ];
        const member = new Member(
            name,
            {
                host,
                image: args.image,
                envs: [`ARTEMIS_HEAP_MB=${args.heapMb}`],
                files: {
                    [`${ARTEMIS_ETC}/broker.xml`]: brokerXml({
                        queues: args.queues,
                        topics: args.topics,
                        rules: args.rules,
                        mode,
                        port: ARTEMIS_PORT,
                        tlsPort: ARTEMIS_TLS_PORT,
                    }),
                    ...(acceptsPlain(mode)
                        ? {}
                        : { [`${ARTEMIS_ETC}/bootstrap.xml`]: bootstrapXml({ consolePort: CONSOLE_PORT }) }),
                },
                dataPath: "/var/lib/artemis/data",
                protectData: args.protectData,
                secrets: { volumeName: secretFiles.volumeName, path: SECRETS_FOLDER },
                tls: acceptsTls(mode)
                    ? tls?.memberTls({
                          member: name,
                          role: "artemis",
                          host,
                          image: args.image,
                          user: "cdc",
                          parent: this,
                      })
                    : undefined,
                ports: Object.fromEntries(ports),
                healthcheck: ["/usr/local/bin/health-artemis", String(ARTEMIS_PORT)],
                memoryMb: args.memoryMb,
                stopGraceSeconds: 60,
                // The entrypoint writes the users at start: a new user or password needs a new container.
                labels: { [SECRETS_LABEL]: secretFiles.writerId },
            },
            { parent: this },
        );
        const peer = usesTls(mode) ? jmsBrokerTlsAddress(args) : jmsBrokerAddress(args);
        const console = peerAddress(name, host, args.hosts, { inside: CONSOLE_PORT, outside: args.consolePort });
        const protocol = acceptsPlain(mode) ? "http" : "https";
        this.peer = {
            address: `${peer.host}:${peer.port}`,
            consoleUrl: `${protocol}://${console.host}:${console.port}/console`,
        };
        this.url = pulumi.output(jmsUrl(peer));
        this.address = pulumi.output(address);
        this.consoleUrl = pulumi.output(`${protocol}://${outsideAddress(host, args.consolePort)}/console`);
        this.ready = new Readiness(
            `${name}-ready`,
            {
                kind: "artemis",
                targets: [address],
                members: { [name]: member.containerId },
                timeoutSeconds: 120,
                credentials: tls?.credentials,
            },
            { parent: this },
        );
        this.registerOutputs({ url: this.url, address: this.address, consoleUrl: this.consoleUrl, ready: this.ready });
    }
}
