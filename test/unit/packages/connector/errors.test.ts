import { describe, expect, it } from "vitest";
import { kindOfAnswer, kindOfTransportError } from "../../../../packages/connector/src/client/errors";

describe("an answer", () => {
    it.each<[number, string | undefined, string]>([
        [400, "Connector configuration is invalid and contains the following 1 error(s): ...", "invalid"],
        [400, "Connectors must be in the STOPPED state before their offsets can be modified.", "busy"],
        [404, undefined, "notReady"],
        [404, "Connector nope not found", "absent"],
        [404, "Unknown connector nope", "absent"],
        [404, "No status found for connector nope", "absent"],
        [404, "Unknown task: json-7", "absent"],
        [404, "HTTP 404 Not Found", "refused"],
        [409, "Connector json already exists", "exists"],
        [
            409,
            "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.",
            "busy",
        ],
        [
            409,
            "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)",
            "busy",
        ],
        [409, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)", "busy"],
        [500, "Request cannot be completed because a rebalance is expected", "busy"],
        [
            500,
            "Failed to reset consumer group offsets for connector x either because its tasks haven't stopped completely yet",
            "busy",
        ],
        [
            500,
            "Failed to modify offsets for connector x because it doesn't support external modification of offsets",
            "refused",
        ],
        [
            409,
            "Request 'PUT /connectors/x/config' failed because it couldn't find the target Connect worker within two hops (between workers).",
            "busy",
        ],
        [400, undefined, "refused"],
        [400, "Null value can not be supplied as the configuration value.", "invalid"],
        [500, "Request interrupted", "ambiguous"],
        [500, "Error trying to forward REST request: javax.net.ssl.SSLHandshakeException", "ambiguous"],
        [500, "Thread was interrupted trying to forward REST request: null", "ambiguous"],
        [500, "Unexpected status code when handling forwarded request: 307", "ambiguous"],
        [500, "Failed to write connector configuration to Kafka: ", "ambiguous"],
        [500, "Worker is shutting down", "ambiguous"],
        [405, "HTTP 405 Method Not Allowed", "refused"],
        [403, undefined, "refused"],
        [500, "Request timed out", "ambiguous"],
        [500, "Request timed out. The worker is currently flushing updates to the status topic.", "ambiguous"],
        [500, "IO Error trying to forward REST request: java.net.ConnectException: Connection refused", "ambiguous"],
        [500, "Failed to find any class that implements Connector and which name matches x", "refused"],
        [
            500,
            "org.apache.kafka.common.config.ConfigException: Must configure one of topics or topics.regex",
            "invalid",
        ],
        [500, "Connector config {a=b} contains no connector type", "invalid"],
        [500, "java.lang.NullPointerException", "serverError"],
        [502, undefined, "ambiguous"],
        [503, undefined, "ambiguous"],
        [504, undefined, "ambiguous"],
        [401, undefined, "refused"],
        [302, undefined, "refused"],
    ])("%i %j is %s", (status, message, kind) => {
        expect(kindOfAnswer(status, message)).toBe(kind);
    });
});

describe("no answer", () => {
    it.each([
        ["ECONNREFUSED", "unreachable"],
        ["ENOTFOUND", "unreachable"],
        ["ECONNRESET", "ambiguous"],
        ["ECONNABORTED", "ambiguous"],
        [undefined, "ambiguous"],
    ])("with %s is %s", (code, kind) => {
        expect(kindOfTransportError(code)).toBe(kind);
    });
});
