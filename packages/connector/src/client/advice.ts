/** What to do about an answer that trying again does not change; empty when the answer says it itself. */
export function adviceOnStatus(status: number): string {
    switch (status) {
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
    if (code === undefined) {
        return undefined;
    }
    if (UNTRUSTED.includes(code)) {
        return ". Set auth.tls.ca to the certificate of the authority that signed the worker's";
    }
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
        return ". Set auth.tls.serverName to a name in the worker's certificate";
    }
    if (/^CERT_/.test(code)) {
        return ". The worker needs another certificate";
    }
    if (/wrong.version.number|packet.length.too.long/i.test(`${code} ${message}`)) {
        return ". This port does not speak TLS: write http:// in restUrls";
    }
    if (/^ERR_SSL_|^EPROTO$/.test(code)) {
        return ". The worker wants a client certificate that it trusts: set auth.tls.cert and auth.tls.key";
    }
    return undefined;
}
