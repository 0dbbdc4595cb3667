import { type QueueLogin, type QueueReader, readQueue } from "../../probes/queue";
import { done, pending, waitFor } from "../../probes/wait";

export interface ReceivedMessage {
    body: string;
    /** When it arrived here, in milliseconds since 1970. */
    receivedAt: number;
}

/** Takes all messages out of a queue, in order, for as long as it is open. */
export class QueueDrain {
    readonly messages: ReceivedMessage[] = [];
    private reader: QueueReader | undefined;

    private constructor(readonly queue: string) {}

    static async open(login: QueueLogin, queue: string): Promise<QueueDrain> {
        const drain = new QueueDrain(queue);
        drain.reader = await readQueue(login, queue, {
            browse: false,
            onMessage: ({ body }) => drain.messages.push({ body, receivedAt: Date.now() }),
        });
        return drain;
    }

    /** Waits until `condition` holds for what has been taken out so far. */
    async until(what: string, condition: (messages: ReceivedMessage[]) => boolean, timeoutSeconds = 60): Promise<void> {
        const look = async () =>
            condition(this.messages) ? done() : pending(`${this.messages.length} messages so far`);
        await waitFor(look, { what: `queue ${this.queue}: ${what}`, timeoutSeconds, intervalSeconds: 0.1 });
    }

    async close(): Promise<void> {
        await this.reader?.close();
    }
}
