import { createConnection } from "node:net";
import { messageOf } from "@connect-cdc/connector/client";
import { parseAddress } from "./address";

export interface TcpExchangeOptions {
    /** Limit of the whole exchange, ms. Default 3000. */
    timeoutMs?: number;
    /** True once the answer is complete. Default: the answer ends when the server closes the connection. */
    complete?: (received: Buffer) => boolean;
}

/** Connects, sends `request`, and returns the answer of the server. */
export function tcpExchange(
    target: string,
    request: string | Buffer,
    options: TcpExchangeOptions = {},
): Promise<Buffer> {
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
