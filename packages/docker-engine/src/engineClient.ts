import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { SshAgent, type SshOptions } from "./sshAgent";

/** Address of a Docker engine. */
export interface EngineAddress {
    /** `unix://`, `tcp://` or `ssh://`. */
    endpoint: string;
    /**
     * Folder with ca.pem, cert.pem and key.pem, for `tcp://` with TLS. Default: DOCKER_CERT_PATH, as for the `docker` command.
     * Without both, the connection has no TLS.
     */
    certPath?: string;
}

/**
 * Creates a client of a Docker engine. For `ssh://` it runs the user's `ssh`, with its keys, agent and config.
 * @throws Error when the endpoint is not valid or a certificate cannot be read.
 */
export function connectEngine({ endpoint, certPath }: EngineAddress, options: SshOptions = {}): Docker {
    const url = parse(endpoint);
    const { protocol, hostname: host, port } = url;
    switch (protocol) {
        case "unix:":
            return new Docker({ socketPath: url.pathname });
        case "ssh:": {
            // Host and port are not used: the agent makes the connections
            const agent = new SshAgent(url, options);
            return new Docker({ protocol: "http", host: "docker", port: 80, agent } as Docker.DockerOptions);
        }
        case "tcp:":
        case "http:":
            return new Docker({ host, ...transport(port, certPath || process.env.DOCKER_CERT_PATH) });
        default:
            throw new Error(
                `"${endpoint}" is not the address of a Docker engine. Write it as unix://, tcp:// or ssh://.`,
            );
    }
}

function parse(endpoint: string): URL {
    try {
        return new URL(endpoint);
    } catch {
        throw new Error(
            `"${endpoint}" is not an address. Write it as unix:///path, tcp://host:port or ssh://user@host.`,
        );
    }
}

function transport(port: string, folder: string | undefined): Docker.DockerOptions {
    if (!folder) return { protocol: "http", port: port || 2375 };
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
    return { protocol: "https", port: port || 2376, ca, cert, key };
}
