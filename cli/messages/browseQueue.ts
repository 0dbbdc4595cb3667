import { type QueueLogin, type QueueMessage, readQueue } from "../../servers/queueReader";

/** A browser has read everything after this time without a message, ms. */
const SILENCE_MS = 300;

/**
 * Reads the messages of a queue. They stay in it.
 *
 * @param since only messages sent since then, ms since 1970 by the sender's clock. Default: all.
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
