/**
 * What an answer that is no success means:
 * - `unreachable`: no connection, so nothing happened;
 * - `notReady`: something answers, but it is not Connect's API, such as Jetty or a proxy before the worker is up;
 * - `busy`: Connect says "later" (a rebalance, a leader not known yet), and nothing happened;
 * - `ambiguous`: no answer, or one that does not say whether the request took effect;
 * - `serverError`: an error 500 that we do not know; some of them pass;
 * - `exists`, `absent`: the connector is there already, or is not there;
 * - `invalid`: Connect refuses the config;
 * - `refused`: anything else that trying again does not change.
 */
export type FaultKind =
    "unreachable" | "notReady" | "busy" | "ambiguous" | "serverError" | "exists" | "absent" | "invalid" | "refused";

interface Rule {
    status: number;
    /** Pattern of the JSON body's `message`. */
    message?: RegExp;
    kind: FaultKind;
}

// The texts are Kafka's, from 2.8 to 4.3. The first rule that fits counts.
const RULES: Rule[] = [
    // The leader may not have read yet that the connector was stopped.
    { status: 400, message: /^Connectors must be in the STOPPED state/, kind: "busy" },
    // One without a message is not Connect's: Jetty refuses a wrong name in TLS so.
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
    // The leader could not be sure that Kafka has it: an outage of brokers, or another leader since.
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
 * @param message `message` of the JSON body, undefined when there is no such body.
 */
export function faultOfAnswer(status: number, message: string | undefined): FaultKind {
    // Before its resources are there, Jetty answers 404 in HTML: never a word on whether a connector is there.
    if (status === 404 && message === undefined) return "notReady";

    const rule = RULES.find((r) => r.status === status && (!r.message || r.message.test(message ?? "")));
    return rule?.kind ?? "refused";
}

const NOT_CONNECTED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"];

/** @param code system error code of a request that got no complete answer. */
export function faultOfTransport(code: string | undefined): FaultKind {
    return code !== undefined && NOT_CONNECTED.includes(code) ? "unreachable" : "ambiguous";
}

/** A request that failed for good, or for longer than its deadline. The message holds no secret. */
export class ConnectError extends Error {
    override readonly name = "ConnectError";

    /**
     * @param mayHaveHappened true when the request, or an earlier try of it, may have taken effect all the same.
     */
    constructor(
        readonly kind: FaultKind,
        message: string,
        readonly mayHaveHappened = false,
    ) {
        super(message);
    }
}
