import { type Connection, create_container, type EventContext, filter } from "rhea";
import { parseAddress } from "./address";

export interface QueueLogin {
    /** The broker's acceptor, as host:port. */
    address: string;
    user: string;
    password: string;
}

export interface QueueMessage {
    /** The broker's id of the message: it stays the same at each look. */
    id: string;
    /** The text of a text message. */
    body: string;
    /** When the broker took it, in milliseconds since 1970; the sender's clock. */
    sentAt: number | undefined;
}

export interface ReadOptions {
    /** True: messages stay in the queue. False: they are taken out. */
    browse: boolean;
    /** JMS selector: only messages it is true for. Default: all. */
    selector?: string;
    /** Receives each message, in the queue's order. */
    onMessage: (message: QueueMessage) => void;
    /** Is told why no more messages come, when the connection of an open reader ends. Default: nobody is told. */
    onEnd?: (why: string) => void;
    /** How long the broker may take to open the queue, ms. Default 5000. */
    openTimeoutMs?: number;
}

/** An open reader; it ends by `close`. */
export interface QueueReader {
    close(): Promise<void>;
}

const OPEN_TIMEOUT_MS = 5000;

/** Reads a queue over AMQP until it is closed. Throws when the broker does not answer or refuses the login or the queue. */
export function readQueue(login: QueueLogin, queue: string, options: ReadOptions): Promise<QueueReader> {
    const { host, port } = parseAddress(login.address);
    const container = create_container();
    const connection = container.connect({
        host,
        port,
        username: login.user,
        password: login.password,
        reconnect: false,
    });
    const openTimeoutMs = options.openTimeoutMs ?? OPEN_TIMEOUT_MS;
    let isOpen = false;
    let isGone = false;
    let hasFailed = false;
    return new Promise((resolve, reject) => {
        const fail = (why: string) => {
            clearTimeout(limit);
            hasFailed = true;
            connection.close();
            reject(new Error(`queue ${queue} of the JMS broker at ${login.address} cannot be read: ${why}`));
        };
        const limit = setTimeout(() => fail(`no answer within ${openTimeoutMs} ms`), openTimeoutMs);
        container.on("receiver_open", ({ receiver }: EventContext) => {
            // A refusal begins as an answer without a source; the reason follows. And an answer may come too late.
            if (!receiver?.source?.address || hasFailed) return;
            clearTimeout(limit);
            isOpen = true;
            resolve({ close: async () => (isGone ? undefined : closeConnection(connection)) });
        });
        container.on("message", ({ message }: EventContext) => {
            if (message !== undefined) {
                const sentAt = message.creation_time;
                options.onMessage({
                    id: String(message.message_id),
                    body: String(message.body),
                    sentAt: sentAt === undefined ? sentAt : Number(sentAt),
                });
            }
        });
        container.on("connection_error", () => fail(describe(connection.error)));
        container.on("receiver_error", ({ receiver }: EventContext) => fail(describe(receiver?.error)));
        const end = (why: string) => {
            if (isOpen && !isGone) options.onEnd?.(why);
            isGone = true;
            fail(why);
        };
        container.on("connection_close", () => end("the broker closed the connection"));
        container.on("disconnected", ({ error }: EventContext) => end(describe(error)));
        connection.open_receiver({
            source: {
                address: queue,
                distribution_mode: options.browse ? "copy" : "move",
                filter: options.selector === undefined ? undefined : filter.selector(options.selector),
            },
            credit_window: 500,
        });
    });
}

function closeConnection(connection: Connection): Promise<void> {
    return new Promise((resolve) => {
        connection.once("connection_close", () => resolve());
        connection.once("disconnected", () => resolve());
        connection.close();
    });
}

function describe(error: unknown): string {
    const { description, message, condition } = (error ?? {}) as Record<string, string | undefined>;
    return description ?? message ?? condition ?? "the connection was closed";
}
