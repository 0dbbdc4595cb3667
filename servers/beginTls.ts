import type { Socket } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";

/** How a protocol begins TLS on a plain connection: what the client sends in the clear, and the server's consent. */
export interface StartTls {
    request: Buffer;
    consent: string;
}

/** What follows; one of them is called. */
interface Outcomes {
    secured: (socket: TLSSocket) => void;
    /** The server does not consent. */
    refused: () => void;
    failed: (error: Error) => void;
}

/**
 * Begins TLS on a connected socket.
 *
 * @param startTls how the server is asked first. undefined: TLS begins at once.
 */
export function beginTls(
    socket: Socket,
    options: ConnectionOptions,
    startTls: StartTls | undefined,
    { secured, refused, failed }: Outcomes,
): void {
    const secure = () => {
        const open = connect({ socket, ...options }, () => secured(open));
        open.on("error", failed);
    };
    if (startTls === undefined) {
        secure();
        return;
    }
    socket.once("data", (answer) => {
        // More than the consent would be bytes that someone has put before the server's
        if (answer.toString("latin1") === startTls.consent) secure();
        else refused();
    });
    socket.write(startTls.request);
}
