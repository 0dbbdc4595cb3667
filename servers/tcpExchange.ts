import { createConnection, type Socket } from "node:net";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import { parseAddress } from "./address";
import { beginTls, type StartTls } from "./beginTls";
import { tlsOptions } from "./tlsOptions";

export interface TcpExchangeOptions {
    /** Limit of the whole exchange, ms. Default 3000. */
    timeoutMs?: number;
    /** True once the answer is complete. Default: the answer ends when the server closes the connection. */
    complete?: (received: Buffer) => boolean;
    /** Credentials for a port with TLS. Default: the port is plain. */
    credentials?: Credentials;
    /** With `credentials`: how the server is asked for TLS. Default: TLS begins at once. */
    startTls?: StartTls;
}

/** Connects, sends `request`, and returns the answer of the server. */
export function tcpExchange(
    target: string,
    request: string | Buffer,
    options: TcpExchangeOptions = {},
): Promise<Buffer> {
    const { host, port } = parseAddress(target);
    const { timeoutMs = 3000, credentials, startTls } = options;
    return new Promise((resolve, reject) => {
        let received = Buffer.alloc(0);
        const socket = createConnection({ host, port }, () => {
            if (credentials === undefined) {
                exchange(socket);
                return;
            }
            beginTls(socket, tlsOptions(host, credentials), startTls, {
                secured: exchange,
                refused: () => finish(new Error(`${target} takes no TLS`)),
                failed: fail,
            });
        });
        const limit = setTimeout(() => finish(new Error(`${target} gave no answer within ${timeoutMs} ms`)), timeoutMs);
        const finish = (error?: Error) => {
            clearTimeout(limit);
            socket.destroy();
            if (error) reject(error);
            else resolve(received);
        };
        const fail = (error: Error) => finish(new Error(`${target} does not answer (${messageOf(error)})`));
        const exchange = (open: Socket) => {
            open.on("data", (chunk) => {
                received = Buffer.concat([received, chunk]);
                if (options.complete?.(received)) finish();
            });
            // Of TLS 1.3 a client learns here, after its handshake, that the server has refused its certificate
            const empty = new Error("it closed the connection");
            open.on("end", () => (received.length > 0 ? finish() : fail(empty)));
            open.write(request);
        };
        socket.on("error", fail);
    });
}
