import Docker from "dockerode";
import { Properties } from "../protocol/values";
import { engineWords } from "./engineWords";
import { SshAgent } from "./sshAgent";

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** A connection to the Docker engine that the provider's configuration names, once that engine has answered. */
export async function connect(configuration: Properties): Promise<Docker> {
    const host = String(configuration.host || process.env.DOCKER_HOST || DEFAULT_HOST);
    const client = new Docker(connectionOptions(host, (parsed(configuration.sshOpts) as string[] | undefined) ?? []));
    if (parsed(configuration.disableDockerDaemonCheck) !== true) await ping(client, host);
    return client;
}

function parsed(value: unknown): unknown {
    return typeof value === "string" && value !== "" ? JSON.parse(value) : value;
}

function connectionOptions(host: string, sshOptions: string[]): Docker.DockerOptions {
    const url = parse(host);
    switch (url.protocol) {
        case "unix:":
            return { socketPath: url.pathname };
        case "tcp:":
        case "http:":
            return { protocol: "http", host: url.hostname, port: url.port || "2375" };
        case "ssh:":
            return {
                protocol: "http",
                host: "docker",
                port: "80",
                agent: new SshAgent(url, sshOptions),
            } as Docker.DockerOptions;
        default:
            throw new Error(
                `host "${host}" is not supported by this build of the plugin: use unix://, tcp:// or ssh://`,
            );
    }
}

function parse(host: string): URL {
    try {
        return new URL(host);
    } catch {
        throw new Error(
            `host "${host}" is not an address: write it as unix:///path, tcp://host:port or ssh://user@host`,
        );
    }
}

async function ping(client: Docker, host: string): Promise<void> {
    try {
        await client.ping();
    } catch (error) {
        throw new Error(
            `the Docker engine at ${host} does not answer: ${engineWords(error)}. Is it running, and may this user use it?`,
        );
    }
}
