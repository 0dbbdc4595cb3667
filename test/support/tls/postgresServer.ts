import { createServer, type Server, type Socket } from "node:net";
import { type TlsOptions, TLSSocket } from "node:tls";

/** PostgreSQL's request for TLS, in hex: https://www.postgresql.org/docs/15/protocol-message-formats.html */
const SSL_REQUEST = "0000000804d2162f";

/**
 * A server that takes TLS after PostgreSQL's request for it, of clients without a certificate, too.
 *
 * @param onStartup gets what a client sends then, or what it sends without that request.
 */
export function postgresServer(tls: TlsOptions, onStartup: (data: Buffer, socket: Socket) => void): Server {
    return createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", (request) => {
            if (request.toString("hex") !== SSL_REQUEST) return onStartup(request, socket);
            socket.write("S");
            const secured = new TLSSocket(socket, { ...tls, requestCert: false, isServer: true });
            secured.on("error", () => undefined);
            secured.once("data", (data) => onStartup(data, secured));
        });
    });
}
