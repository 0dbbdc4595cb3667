import axios from "axios";

import type { ConsoleLogin } from "../probes/artemis";

/** Removes all messages of a queue of the stack's own broker, in the broker; throws when it refuses. */
export async function emptyQueue({ url, user, password }: ConsoleLogin, queue: string): Promise<void> {
    const mbean =
        `org.apache.activemq.artemis:broker="artemis",component=addresses,address="${queue}",subcomponent=queues,` +
        `routing-type="anycast",queue="${queue}"`;
    const origin = new URL(url).origin;
    const { data } = await axios.post<{ status: number; error?: string }>(
        `${origin}/console/jolokia/`,
        { type: "exec", mbean, operation: "removeAllMessages()" },
        { auth: { username: user, password }, headers: { Origin: "http://localhost" }, proxy: false },
    );
    if (data.status !== 200) throw new Error(`queue ${queue} could not be emptied: ${data.error}`);
}
