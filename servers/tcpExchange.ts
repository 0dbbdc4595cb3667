import { createConnection, type Socket } from "node:net";
import { connect as startTlsOn } from "node:tls";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import { parseAddress } from "./address";
import { tlsOptions } from "./tlsOptions";

export interface TcpExchangeOptions {
    /** Limit of the whole exchange, ms. Default 3000. */
    timeoutMs?: number;
    /** True once the answer is complete. Default: the answer ends when the server closes the connection. */
    complete?: (received: Buffer) => boolean;
    /** Credentials for a port with TLS. Default: the port is plain. */
    credentials?: Credentials;
    /** With `credentials`: what is sent in the clear to ask for TLS, and the server's consent. Default: TLS begins at once. */
    startTls?: { request: Buffer; consent: string };
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
            if (credentials === undefined) exchange(socket);
            else if (startTls === undefined) secure(credentials);
            else askForTls(credentials, startTls);
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
        const secure = (given: Credentials) => {
            const secured = startTlsOn({ socket, ...tlsOptions(host, given) }, () => exchange(secured));
            secured.on("error", fail);
        };
        const askForTls = (
            given: Credentials,
            { request: question, consent }: { request: Buffer; consent: string },
        ) => {
            socket.once("data", (answer) => {
                // More than the consent would be bytes that someone has put before the server's
                if (answer.toString("latin1") === consent) secure(given);
                else finish(new Error(`${target} takes no TLS`));
            });
            socket.write(question);
        };
        socket.on("error", fail);
    });
}
