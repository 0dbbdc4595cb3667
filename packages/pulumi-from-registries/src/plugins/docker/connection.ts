import { connectEngine } from "@connect-cdc/docker-engine";
import type Docker from "dockerode";
import { Properties } from "../protocol/values";
import { engineMessage } from "./engineErrors";

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * Connects to the Docker engine of the provider's configuration.
 * @throws Error when the engine does not answer.
 */
export async function connect(configuration: Properties): Promise<Docker> {
    const host = String(configuration.host || process.env.DOCKER_HOST || DEFAULT_HOST);
    const certPath = configuration.certPath ? String(configuration.certPath) : undefined;
    const sshOptions = (parsed(configuration.sshOpts) as string[] | undefined) ?? [];
    const client = connectEngine({ endpoint: host, certPath }, { sshOptions, keepAlive: true });
    if (parsed(configuration.disableDockerDaemonCheck) !== true) await ping(client, host);
    return client;
}

function parsed(value: unknown): unknown {
    return typeof value === "string" && value !== "" ? JSON.parse(value) : value;
}

async function ping(client: Docker, host: string): Promise<void> {
    try {
        await client.ping();
    } catch (error) {
        throw new Error(
            `the Docker engine at ${host} does not answer: ${engineMessage(error)}. Start it, and give this user access to it.`,
        );
    }
}
