/**
 * What to do about an answer that trying again does not change; empty when the answer says it itself.
 *
 * @param location header of a redirection.
 * @param page the answer, where it is no JSON.
 */
export function adviceOnStatus(status: number, location?: string, page = ""): string {
    switch (status) {
        case 301:
        case 302:
        case 303:
        case 307:
        case 308: {
            const to = location === undefined ? "" : ` to ${location}`;
            return `. It redirects${to}, which is not followed: write the URL of Connect's REST API itself in restUrls`;
        }
        case 400:
            return adviceOnBadRequest(page);
        case 401:
            return ". The workers want to know who asks: set auth.basic or auth.bearer, or auth.tls with cert and key, to what they accept";
        case 403:
            return ". Whoever asks here may not do this: set auth to a user who may, or give this one the right";
        case 407:
            return ". The proxy in front of the workers wants to know who asks: HTTPS_PROXY=http://user:password@host:port";
        case 404:
            return ". Is the URL that of Connect's REST API? This call is not there";
        case 405:
        case 501:
            return ". The service behind this URL does not offer this call of Connect's REST API, which is needed here";
        default:
            return "";
    }
}

/** A 400 that is not Connect's: its Jetty, or what is in front of it, did not understand the request. */
function adviceOnBadRequest(page: string): string {
    if (/sni/i.test(page)) {
        return ". The worker's certificate is for another name: write that name in restUrls, or set auth.tls.serverName to it";
    }

    if (/https port|plain http/i.test(page)) return SPEAKS_TLS;

    if (/ambiguous|illegal.*(uri|path)/i.test(page)) {
        return ". The server refuses a character in this path: choose another name for the connector";
    }

    return ". The server at this URL does not understand the request: is it Connect's REST API, without a proxy that alters paths?";
}

const SPEAKS_TLS = ". This port speaks TLS: write https:// in restUrls";

/** A port with TLS closes the connection of who speaks plain HTTP; so does a worker that is being stopped. */
export function hintOnReset(code: string | undefined): string {
    return code === "ECONNRESET" ? ". If this port speaks TLS, write https:// in restUrls" : "";
}

const UNTRUSTED = [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/**
 * What to do when TLS does not come about, which trying again does not change; undefined for every other reason.
 *
 * @param code error code of Node's, such as `CERT_HAS_EXPIRED`.
 * @param message its message: Node's `EPROTO` has OpenSSL's reason there only.
 */
export function adviceOnTls(code: string | undefined, message: string): string | undefined {
    if (code === undefined) return undefined;

    if (UNTRUSTED.includes(code)) {
        return ". Set auth.tls.ca to the certificate of the authority that signed the worker's";
    }

    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
        return ". Set auth.tls.serverName to a name in the worker's certificate";
    }

    if (/^CERT_/.test(code)) return ". The worker needs another certificate";

    if (/wrong.version.number|packet.length.too.long/i.test(`${code} ${message}`)) {
        return ". This port does not speak TLS: write http:// in restUrls";
    }

    if (code === "HPE_INVALID_CONSTANT") {
        return ". This port does not speak HTTP. If it speaks TLS, write https:// in restUrls";
    }

    if (/^ERR_SSL_|^EPROTO$/.test(code)) {
        return ". The worker wants a client certificate that it trusts: set auth.tls.cert and auth.tls.key";
    }

    return undefined;
}
