import axios from "axios";

import { connectorStatuses } from "../../probes/connect";
import { done, pending, waitFor } from "../../probes/wait";

/** Pauses, resumes or stops a connector as somebody else would, and waits until its tasks have followed. */
export async function setState(
    restUrl: string,
    name: string,
    action: "pause" | "resume" | "stop",
    state: "PAUSED" | "RUNNING" | "STOPPED",
): Promise<void> {
    await axios.put(`${restUrl}/connectors/${name}/${action}`, {});
    const look = async () => {
        const connector = (await connectorStatuses(restUrl)).find((one) => one.name === name);
        const tasks = connector?.tasks ?? [];
        const followed = state === "STOPPED" ? tasks.length === 0 : tasks.length > 0;
        const states = [connector?.state, ...tasks.map((task) => task.state)];
        return followed && states.every((one) => one === state) ? done() : pending(states.join(", "));
    };
    await waitFor(look, { what: `connector ${name} to be ${state}`, timeoutSeconds: 60 });
}
