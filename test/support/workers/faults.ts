import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";

/**
 * What goes wrong with one request to a Connect worker. With `done` it takes effect all the same; `cut` and `slow` always do.
 * `hang`: no answer until the client gives up. `cut`: the answer ends in the middle. `kill`: the worker dies meanwhile.
 */
export type Fault =
    | { kind: "answer"; status: number; message?: string; html?: string; done?: boolean }
    | { kind: "reset"; done?: boolean }
    | { kind: "hang"; done?: boolean }
    | { kind: "kill"; done?: boolean }
    | { kind: "slow"; ms: number }
    | { kind: "cut" };

/** An answer as it goes over the wire. */
export interface Reply {
    status: number;
    contentType?: string;
    body?: string | Buffer;
}

/** What a request with a fault needs of the place that answers it. */
export interface FaultyPlace {
    /** What the request does without a fault. */
    perform(): Promise<Reply>;
    /** Lets that many milliseconds pass. */
    pass(ms: number): Promise<void>;
    /** Lets the time pass in which the client gives up. */
    passClientLimit(): Promise<void>;
    /** Kills the worker that the request is for. */
    kill(): Promise<void>;
}

/** Answers a request with the fault; without one, like the worker. */
export async function answerWith(
    fault: Fault | undefined,
    place: FaultyPlace,
    request: IncomingMessage,
    response: ServerResponse,
): Promise<void> {
    const takesEffect = !fault || fault.kind === "cut" || fault.kind === "slow" || fault.done;
    const underWay = takesEffect ? place.perform() : undefined;
    if (fault?.kind === "kill") {
        // a worker that dies may give no reply
        await Promise.all([underWay?.catch(() => undefined), place.kill()]);
        request.socket.destroy();
        return;
    }
    const reply = await underWay;
    switch (fault?.kind) {
        case undefined:
            return send(response, reply!);
        case "slow":
            await place.pass(fault.ms);
            return send(response, reply!);
        case "cut":
            response.writeHead(reply!.status, { "content-type": "application/json", "content-length": 1000 });
            response.write("{", () => request.socket.destroy());
            return;
        case "hang":
            await place.passClientLimit();
            break;
        case "answer":
            return send(response, replyOf(fault));
    }
    request.socket.destroy();
}

/** An error as Connect reports it. */
export function errorReply(status: number, message: string): Reply {
    return jsonReply(status, { error_code: status, message });
}

export function jsonReply(status: number, body?: unknown): Reply {
    return { status, contentType: "application/json", body: body === undefined ? undefined : JSON.stringify(body) };
}

/** Resolves when the other side has closed the connection of a request. */
export async function clientGone({ socket }: IncomingMessage): Promise<void> {
    if (!socket.destroyed) await once(socket, "close");
}

function replyOf({ status, message, html }: Fault & { kind: "answer" }): Reply {
    return html === undefined
        ? errorReply(status, message ?? "failed")
        : { status, contentType: "text/html", body: html };
}

function send(response: ServerResponse, { status, contentType, body }: Reply): void {
    response.writeHead(status, contentType ? { "content-type": contentType } : {});
    response.end(body);
}
