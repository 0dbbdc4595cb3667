import { createConnection } from "node:net";
import { messageOf } from "./wait";

/** A server's address as host and port. */
export interface Address {
    host: string;
    port: number;
}

/** Reads "host:port" (an IPv6 host in brackets). Throws on anything else. */
export function parseAddress(target: string): Address {
    const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(target);
    const port = Number(match?.[3]);
    const host = match?.[1] ?? match?.[2];
    if (host === undefined || port < 1 || port > 65535) {
        throw new Error(`"${target}" is no address: write host:port, such as 127.0.0.1:9090`);
    }

    return { host, port };
}

export interface ExchangeOptions {
    /** Limit for the whole exchange. Default 3000. */
    timeoutMs?: number;
    /** True once enough has been received; without it the exchange ends when the server closes the connection. */
    complete?: (received: Buffer) => boolean;
}

/** Connects, sends `request`, and gives back what the server answered. */
export function exchange(target: string, request: string | Buffer, options: ExchangeOptions = {}): Promise<Buffer> {
    const { host, port } = parseAddress(target);
    const timeoutMs = options.timeoutMs ?? 3000;
    return new Promise((resolve, reject) => {
        let received = Buffer.alloc(0);
        const socket = createConnection({ host, port }, () => socket.write(request));
        const limit = setTimeout(() => finish(new Error(`${target} gave no answer within ${timeoutMs} ms`)), timeoutMs);
        const finish = (error?: Error) => {
            clearTimeout(limit);
            socket.destroy();
            if (error) reject(error);
            else resolve(received);
        };
        socket.on("data", (chunk) => {
            received = Buffer.concat([received, chunk]);
            if (options.complete?.(received)) finish();
        });
        socket.on("end", () => finish());
        socket.on("error", (error) => finish(new Error(`${target} does not answer (${messageOf(error)})`)));
    });
}
