// NOTE to whoever owns this file (fault-injecting proxy): it was overwritten by accident at 10:50 by another part of the
// work, and written again from its uses. Compare with your own version, put that back if you have it, and drop this note.
import type { IncomingMessage, ServerResponse } from "node:http";

/** What goes wrong with one request. `answer`, `reset`, `hang` and `kill` may come before or after its effect (`done`); `cut` comes after it. */
export type Fault =
    | { kind: "answer"; status: number; message?: string; html?: string; done?: boolean }
    | { kind: "reset"; done?: boolean }
    | { kind: "cut" }
    | { kind: "hang"; done?: boolean }
    | { kind: "slow"; ms: number }
    | { kind: "kill"; done?: boolean };

/** What a request is answered with. */
export interface Reply {
    status: number;
    body?: unknown;
}

/** Where a fault happens. */
export interface FaultPlace {
    /** Has the request take its effect. */
    perform(): Promise<Reply>;
    /** Lets so much time pass. */
    pass(ms: number): Promise<void>;
    /** Lets time pass until the client has given up. */
    passClientLimit(): Promise<void>;
    /** Kills the worker. */
    kill(): Promise<void>;
}

/** Answers one request as the fault says; without a fault, with its effect's own answer. */
export async function answerWith(
    fault: Fault | undefined,
    place: FaultPlace,
    request: IncomingMessage,
    response: ServerResponse,
): Promise<void> {
    const takesEffect = !fault || fault.kind === "cut" || fault.kind === "slow" || fault.done;
    const reply = takesEffect ? await place.perform() : undefined;
    switch (fault?.kind) {
        case undefined:
            return send(response, reply!);
        case "slow":
            await place.pass(fault.ms);
            return send(response, reply!);
        case "reset":
            request.socket.destroy();
            return;
        case "hang":
            await place.passClientLimit();
            request.socket.destroy();
            return;
        case "kill":
            request.socket.destroy();
            return place.kill();
        case "cut":
            response.writeHead(reply!.status, { "content-type": "application/json", "content-length": 1000 });
            response.write("{", () => request.socket.destroy());
            return;
        case "answer":
            if (fault.html === undefined) return send(response, errorReply(fault.status, fault.message ?? "failed"));
            response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.html);
    }
}

/** Resolves when the client has closed the connection. */
export function clientGone(request: IncomingMessage): Promise<void> {
    return new Promise((resolve) => {
        if (request.socket.destroyed) resolve();
        else request.socket.once("close", () => resolve());
    });
}

/** An answer as JSON. */
export function jsonReply(status: number, body?: unknown): Reply {
    return { status, body };
}

/** An error as Connect answers it. */
export function errorReply(status: number, message: string): Reply {
    return jsonReply(status, { error_code: status, message });
}

function send(response: ServerResponse, { status, body }: Reply): void {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
}
