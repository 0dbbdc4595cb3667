/**
 * Meaning of a failed request:
 * - `unreachable`: no connection, nothing happened;
 * - `notReady`: the answer does not come from Connect's API, but from Jetty or a proxy before the worker has started;
 * - `busy`: Connect cannot answer now (a rebalance, an unknown leader), nothing happened;
 * - `ambiguous`: no answer, or an answer that does not show whether the request took effect;
 * - `serverError`: an unknown error 500; some of them pass;
 * - `exists`, `absent`: the connector exists already, or does not exist;
 * - `invalid`: Connect refuses the config;
 * - `refused`: any other error that a retry does not change.
 */
export type ErrorKind =
    "unreachable" | "notReady" | "busy" | "ambiguous" | "serverError" | "exists" | "absent" | "invalid" | "refused";

interface Rule {
    status: number;
    /** Pattern of the JSON body's `message`. */
    message?: RegExp;
    kind: ErrorKind;
}

// The texts are those of Kafka 2.8 to 4.3. The first rule that matches counts.
const RULES: Rule[] = [
    // The leader may not have read yet that the connector was stopped.
    { status: 400, message: /^Connectors must be in the STOPPED state/, kind: "busy" },
    // Without a message it does not come from Connect: Jetty refuses a wrong TLS server name so.
    { status: 400, message: /./s, kind: "invalid" },
    {
        status: 404,
        message: /^(Connector .* not found|Unknown connector|Unknown task|No status found)/s,
        kind: "absent",
    },
    { status: 409, message: /already exists$/, kind: "exists" },
    // Rebalance, "stale configuration", "no known leader URL", "conflicting operation".
    { status: 409, kind: "busy" },
    { status: 408, kind: "ambiguous" },
    { status: 429, kind: "busy" },
    // RebalanceNeededException has no mapping to 409 from 3.5 on.
    { status: 500, message: /because a rebalance is expected/, kind: "busy" },
    // Offsets of a stopped sink whose consumers are still members of its group.
    { status: 500, message: /because its tasks haven't stopped completely yet/, kind: "busy" },
    { status: 500, message: /doesn't support external modification of offsets/, kind: "refused" },
    {
        status: 500,
        message: /^(Request timed out|Request interrupted|(IO )?Error trying to forward|Thread was interrupted)/,
        kind: "ambiguous",
    },
    { status: 500, message: /^Unexpected status code when handling forwarded request/, kind: "ambiguous" },
    // The leader does not know whether Kafka has it: an outage of brokers, or another leader by now.
    { status: 500, message: /^Failed to write .* to Kafka|Worker is shutting down/, kind: "ambiguous" },
    { status: 500, message: /Failed to find any class that implements Connector/, kind: "refused" },
    { status: 500, message: /ConfigException|contains no connector type/, kind: "invalid" },
    { status: 500, kind: "serverError" },
    { status: 502, kind: "ambiguous" },
    { status: 503, kind: "ambiguous" },
    { status: 504, kind: "ambiguous" },
];

/**
 * @param status HTTP status, 300 or more.
 * @param message `message` of the JSON body; undefined without such a body.
 */
export function kindOfAnswer(status: number, message: string | undefined): ErrorKind {
    // Before its resources are loaded, Jetty answers 404 in HTML, which means nothing for a connector.
    if (status === 404 && message === undefined) {
        return "notReady";
    }
    const rule = RULES.find((r) => r.status === status && (!r.message || r.message.test(message ?? "")));
    return rule?.kind ?? "refused";
}

const NOT_CONNECTED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"];

/** @param code system error code of a request without a complete answer. */
export function kindOfTransportError(code: string | undefined): ErrorKind {
    return code !== undefined && NOT_CONNECTED.includes(code) ? "unreachable" : "ambiguous";
}

/** A request that failed finally, or until its deadline. The message contains no secret. */
export class RequestError extends Error {
    /**
     * @param mayHaveHappened true when the request, or an earlier try of it, may still have taken effect.
     * @param code `error_code` of the answer; undefined without one.
     */
    constructor(
        readonly kind: ErrorKind,
        message: string,
        readonly mayHaveHappened = false,
        readonly code?: number,
    ) {
        super(message);
    }
}

/** A failed request to Connect. */
export class ConnectError extends RequestError {
    override readonly name = "ConnectError";
}
