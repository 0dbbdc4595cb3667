import type { Service } from "./service";

/** The words of a service, for remedies. */
type Words = Pick<Service, "api" | "server" | "urls">;

/**
 * The remedy for an answer that a retry does not change. Empty when the answer itself contains it.
 *
 * @param of the service that was asked.
 * @param location header of a redirection.
 * @param page an answer that is not JSON.
 */
export function adviceOnStatus(of: Words, status: number, location?: string, page = ""): string {
    switch (status) {
        case 301:
        case 302:
        case 303:
        case 307:
        case 308: {
            const to = location === undefined ? "" : ` to ${location}`;
            return `. It redirects${to}. Redirections are not followed: write the final URL of ${of.api} in ${of.urls}`;
        }
        case 400:
            return adviceOnBadRequest(of, page);
        case 401:
            return `. The ${of.server} requires authentication: set auth.basic or auth.bearer, or auth.tls with cert and key`;
        case 403:
            return ". These credentials lack permission: set auth to a user who has it, or grant it to this user";
        case 407:
            return ". The proxy requires authentication: set HTTPS_PROXY=http://user:password@host:port";
        case 404:
            return `. This call does not exist. Check that the URL is that of ${of.api}`;
        case 405:
        case 501:
            return `. The service at this URL does not support this call of ${of.api}, which is necessary here`;
        default:
            return "";
    }
}

/** A 400 that does not come from the API: the web server, or a proxy, did not understand the request. */
function adviceOnBadRequest(of: Words, page: string): string {
    if (/sni/i.test(page)) {
        return `. The ${of.server}'s certificate has another name: write that name in ${of.urls}, or set auth.tls.serverName to it`;
    }
    if (/https port|plain http/i.test(page)) {
        return `. This port uses TLS: write https:// in ${of.urls}`;
    }
    if (/ambiguous|illegal.*(uri|path)/i.test(page)) {
        return ". The server refuses a character in this path: choose another name";
    }
    return `. The server at this URL does not understand the request. Check that it is ${of.api}, without a proxy that changes paths`;
}

/** The remedy for a connector or task that failed with this cause; undefined where the cause itself contains it. */
export function adviceOnFailure(cause: string): string | undefined {
    if (cause.includes("RecordTooLargeException")) {
        return (
            "raise producer.max.request.size and producer.buffer.memory of the workers, message.max.bytes of the brokers, and " +
            "max.message.bytes of the topic if it has one, above the size of the record"
        );
    }
    // Confluent's converters, and Apicurio's
    if (/incompatible with an earlier schema|RuleViolationException/.test(cause)) {
        return "set the compatibility of the subject to NONE";
    }
    if (cause.includes("StreamReadConstraints.getMaxStringLength")) {
        return "use another converter than JsonConverter: JSON texts of more than 20,000,000 characters cannot be read by it";
    }
    return undefined;
}

/** A TLS port closes a plain HTTP connection; so does a process that is being stopped. */
export function hintOnReset({ urls }: Words, code: string | undefined): string {
    return code === "ECONNRESET" ? `. If this port uses TLS, write https:// in ${urls}` : "";
}

const UNTRUSTED = [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/**
 * The remedy for a TLS error, which a retry does not change; undefined for other errors.
 *
 * @param of the service that was asked.
 * @param code error code of Node.js, such as `CERT_HAS_EXPIRED`.
 * @param message error message: for `EPROTO` only the message has OpenSSL's reason.
 */
export function adviceOnTls({ server, urls }: Words, code: string | undefined, message: string): string | undefined {
    if (code === undefined) {
        return undefined;
    }
    if (UNTRUSTED.includes(code)) {
        return `. Set auth.tls.ca to the certificate of the authority that signed the ${server}'s certificate`;
    }
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
        return `. Set auth.tls.serverName to a name in the ${server}'s certificate`;
    }
    if (/^CERT_/.test(code)) {
        return `. The ${server} needs another certificate`;
    }
    if (/wrong.version.number|packet.length.too.long/i.test(`${code} ${message}`)) {
        return `. This port does not use TLS: write http:// in ${urls}`;
    }
    if (code === "HPE_INVALID_CONSTANT") {
        return `. This port does not use HTTP. If it uses TLS, write https:// in ${urls}`;
    }
    if (/^ERR_SSL_|^EPROTO$/.test(code)) {
        return `. The ${server} requires a client certificate that it trusts: set auth.tls.cert and auth.tls.key`;
    }
    return undefined;
}
