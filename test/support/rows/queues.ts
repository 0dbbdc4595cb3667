import { type QueueLogin, type QueueReader, readQueue } from "../../../servers/queueReader";
import { done, pending, waitFor } from "../../../servers/wait";

export interface ReceivedMessage {
    body: string;
    /** Id of the row that the message is about; NaN when the text cannot be read. */
    id: number;
    /** When it arrived here, in milliseconds since 1970. */
    receivedAt: number;
    /** The sender's time stamp, in milliseconds since 1970. */
    sentAt: number | undefined;
}

const RECONNECT_SECONDS = 300;

/** Takes all messages out of a queue, in order, for as long as it is open. A broker that restarts is waited for. */
export class QueueDrain {
    readonly messages: ReceivedMessage[] = [];
    private reader: QueueReader | undefined;
    private reconnected = Promise.resolve();
    private closing = false;

    private constructor(
        private readonly login: QueueLogin,
        readonly queue: string,
        private readonly idOf: (body: string) => number,
    ) {}

    /** @param idOf finds the row's id in a message's text */
    static async open(login: QueueLogin, queue: string, idOf: (body: string) => number): Promise<QueueDrain> {
        const drain = new QueueDrain(login, queue, idOf);
        await drain.read();
        return drain;
    }

    private async read(): Promise<void> {
        this.reader = await readQueue(this.login, this.queue, {
            browse: false,
            onMessage: ({ body, sentAt }) =>
                this.messages.push({ body, id: tryId(this.idOf, body), receivedAt: Date.now(), sentAt }),
            onEnd: () => {
                if (!this.closing) this.reconnected = this.reconnect();
            },
        });
    }

    /** Never fails: the waiting test notices a missing message. */
    private reconnect(): Promise<void> {
        const check = async () => {
            if (!this.closing) await this.read();
            return done();
        };
        return waitFor(check, { what: `queue ${this.queue}`, timeoutSeconds: RECONNECT_SECONDS }).catch(
            () => undefined,
        );
    }

    /** Waits until a message about each of these rows has been taken out; its error names rows that are missing. */
    async untilArrived(ids: number[], timeoutSeconds = 60): Promise<void> {
        const check = async () => {
            const seen = new Set(this.messages.map(({ id }) => id));
            const missing = ids.filter((id) => !seen.has(id));
            return missing.length === 0
                ? done()
                : pending(`${missing.length} are missing, ids ${missing.slice(0, 20).join(", ")}${this.unreadable()}`);
        };
        const what = `${ids.length} rows in queue ${this.queue}`;
        await waitFor(check, { what, timeoutSeconds, intervalSeconds: 0.1 });
    }

    async close(): Promise<void> {
        this.closing = true;
        await this.reconnected;
        await this.reader?.close();
    }

    private unreadable(): string {
        const bodies = this.messages.filter(({ id }) => Number.isNaN(id)).map(({ body }) => body);
        return bodies.length === 0 ? "" : `; ${bodies.length} messages cannot be read, such as ${bodies[0]}`;
    }
}

function tryId(idOf: (body: string) => number, body: string): number {
    try {
        return idOf(body);
    } catch {
        return NaN;
    }
}
