import type { Credentials } from "@connect-cdc/connector/client";
import { type Connection, create_container, type EventContext, filter } from "rhea";
import { parseAddress } from "./address";
import { tlsOptions } from "./tlsOptions";

export interface QueueLogin {
    /** Address of the broker's acceptor, host:port. */
    address: string;
    user: string;
    password: string;
    /** Credentials for an acceptor with TLS. Default: the address is that of a plain acceptor. */
    credentials?: Credentials;
}

export interface QueueMessage {
    /** The broker's id of the message. It never changes. */
    id: string;
    /** The text of a text message. */
    body: string;
    /** Time by the sender's clock, ms since 1970. */
    sentAt: number | undefined;
}

export interface ReadOptions {
    /** True: messages stay in the queue. False: they are removed. */
    browse: boolean;
    /** JMS selector. Default: all messages. */
    selector?: string;
    /** Receives each message, in the queue's order. */
    onMessage: (message: QueueMessage) => void;
    /** Called with the reason when the connection of an open reader ends. */
    onEnd?: (reason: string) => void;
    /** Limit for the opening of the queue, ms. Default 5000. */
    openTimeoutMs?: number;
}

/** An open reader. */
export interface QueueReader {
    close(): Promise<void>;
}

const OPEN_TIMEOUT_MS = 5000;

/** Reads a queue over AMQP until `close`. Throws when the broker does not answer, or refuses the login or the queue. */
export function readQueue(login: QueueLogin, queue: string, options: ReadOptions): Promise<QueueReader> {
    const { host, port } = parseAddress(login.address);
    const container = create_container();
    const { user: username, password, credentials } = login;
    const server = { host, port, username, password, reconnect: false };
    const connection = container.connect(
        credentials ? { ...tlsOptions(host, credentials), ...server, transport: "tls" } : server,
    );
    const openTimeoutMs = options.openTimeoutMs ?? OPEN_TIMEOUT_MS;
    let isOpen = false;
    let hasEnded = false;
    let hasFailed = false;
    return new Promise((resolve, reject) => {
        const fail = (reason: string) => {
            clearTimeout(limit);
            hasFailed = true;
            connection.close();
            reject(new Error(`queue ${queue} of the JMS broker at ${login.address} cannot be read: ${reason}`));
        };
        const limit = setTimeout(() => fail(`no answer within ${openTimeoutMs} ms`), openTimeoutMs);
        container.on("receiver_open", ({ receiver }: EventContext) => {
            // A refusal is first an answer without a source. And an answer may come after the limit
            if (!receiver?.source?.address || hasFailed) return;
            clearTimeout(limit);
            isOpen = true;
            resolve({ close: async () => (hasEnded ? undefined : closeConnection(connection)) });
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
        container.on("connection_error", () => fail(reasonOf(connection.error)));
        container.on("receiver_error", ({ receiver }: EventContext) => fail(reasonOf(receiver?.error)));
        const end = (reason: string) => {
            if (isOpen && !hasEnded) options.onEnd?.(reason);
            hasEnded = true;
            fail(reason);
        };
        container.on("connection_close", () => end("the broker closed the connection"));
        container.on("disconnected", ({ error }: EventContext) => end(reasonOf(error)));
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

function reasonOf(error: unknown): string {
    const { description, message, condition } = (error ?? {}) as Record<string, string | undefined>;
    return description ?? message ?? condition ?? "the connection was closed";
}
