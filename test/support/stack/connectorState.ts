import { Agent } from "node:https";
import type { Credentials } from "@connect-cdc/connector/client";
import axios from "axios";
import { connectorStatuses } from "../../../servers/connect";
import { done, pending, waitFor } from "../../../servers/wait";

/**
 * Pauses, resumes or stops a connector by hand, and waits until its tasks have followed.
 *
 * @param credentials for a URL with https.
 */
export async function setState(
    restUrl: string,
    name: string,
    action: "pause" | "resume" | "stop",
    state: "PAUSED" | "RUNNING" | "STOPPED",
    credentials?: Credentials,
): Promise<void> {
    const httpsAgent = credentials && new Agent(credentials);
    await axios.put(`${restUrl}/connectors/${name}/${action}`, {}, { httpsAgent });
    const check = async () => {
        const connector = (await connectorStatuses(restUrl, credentials)).find((one) => one.name === name);
        const tasks = connector?.tasks ?? [];
        const followed = state === "STOPPED" ? tasks.length === 0 : tasks.length > 0;
        const states = [connector?.connector.state, ...tasks.map((task) => task.state)];
        return followed && states.every((one) => one === state) ? done() : pending(states.join(", "));
    };
    await waitFor(check, { what: `connector ${name} to be ${state}`, timeoutSeconds: 60 });
}

/** Restarts a connector with its tasks; a worker that cannot do it now, because tasks are being moved, is asked again. */
export async function restartConnector(restUrl: string, name: string): Promise<void> {
    const ask = async () => {
        const url = `${restUrl}/connectors/${name}/restart?includeTasks=true`;
        const { status } = await axios.post(url, {}, { validateStatus: () => true });
        return status < 300 ? done() : pending(`status ${status}`);
    };
    await waitFor(ask, { what: `connector ${name} to take a restart`, timeoutSeconds: 60 });
}
