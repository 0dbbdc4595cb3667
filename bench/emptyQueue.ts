import { askJolokia, type ConsoleLogin } from "../servers/artemis";

/** Removes all messages from a queue of the stack's own broker. Throws when the broker refuses. */
export async function emptyQueue(login: ConsoleLogin, queue: string): Promise<void> {
    const mbean =
        `org.apache.activemq.artemis:broker="artemis",component=addresses,address="${queue}",subcomponent=queues,` +
        `routing-type="anycast",queue="${queue}"`;
    await askJolokia<number>(login, { type: "exec", mbean, operation: "removeAllMessages()" });
}
