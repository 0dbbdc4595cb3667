import { type QueueLogin, type QueueMessage, readQueue } from "../../servers/queueReader";

/** This much silence means that a look has seen all, ms. */
const SILENCE_MS = 300;

/**
 * What is in a queue now; messages stay in it.
 * @param since only messages sent from then on, ms since 1970 by the sender's clock; default: all
 */
export async function browseQueue(login: QueueLogin, queue: string, since?: number): Promise<QueueMessage[]> {
    const messages: QueueMessage[] = [];
    let lastAt = performance.now();
    const reader = await readQueue(login, queue, {
        browse: true,
        selector: since === undefined ? undefined : `JMSTimestamp >= ${since}`,
        onMessage: (message) => {
            messages.push(message);
            lastAt = performance.now();
        },
    });
    while (performance.now() - lastAt < SILENCE_MS) await new Promise((resolve) => setTimeout(resolve, SILENCE_MS / 3));

    await reader.close();
    return messages;
}
