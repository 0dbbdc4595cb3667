import { createSecureContext } from "node:tls";
import { certificatesOf, type TlsAuth } from "../client/auth";
import { isObject } from "../isObject";
import { type InputProblem, objectOf, optional, problem, type Rule, secretMustBe } from "./rules";
import { hasUnknown, isUnknown } from "./unknown";

/** RFC 9110. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\x20-\x7e\x80-\xff]+$/;
/** Headers that other arguments, or the request itself, set. */
const RESERVED_HEADERS = ["accept", "authorization", "connection", "content-length", "content-type", "host"];
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

const isString = (value: unknown) => typeof value === "string";
const isHeaderValue = (value: unknown) => typeof value === "string" && HEADER_VALUE.test(value);

const NOT_EMPTY = secretMustBe("text that is not empty", (value) => isString(value) && value !== "");
const TEXT = optional(secretMustBe("text", isString));

const BASIC = objectOf(
    "an object with username and password",
    { username: NOT_EMPTY, password: NOT_EMPTY },
    ({ username }, property) =>
        typeof username === "string" && username.includes(":")
            ? [problem(`${property}.username`, "must not contain a colon, which ends the user's name (RFC 7617)")]
            : [],
);

const HEADERS: Rule = (headers, property) => {
    if (isUnknown(headers)) {
        return [];
    }
    if (!isObject(headers)) {
        return [problem(property, 'must be an object of texts by name, such as { "X-Api-Key": key }')];
    }
    return Object.entries(headers).flatMap(([name, value]) => {
        const header = `${property}["${name}"]`;
        if (!HEADER_NAME.test(name)) {
            return [problem(header, "must have the name of a header: letters, digits and -")];
        }
        return RESERVED_HEADERS.includes(name.toLowerCase())
            ? [problem(header, "must not be set: auth.basic, auth.bearer or the request itself sets it")]
            : secretMustBe("one line of text that is not empty", isHeaderValue)(value, header);
    });
};

const pem = (label: string) =>
    optional(
        secretMustBe(
            `PEM text with "-----BEGIN ... ${label}-----", not a path`,
            (value) => typeof value === "string" && value.includes("-----BEGIN") && value.includes(`${label}-----`),
        ),
    );

const TLS_FIELDS = objectOf(
    "an object",
    {
        ca: pem("CERTIFICATE"),
        cert: pem("CERTIFICATE"),
        key: pem("PRIVATE KEY"),
        serverName: TEXT,
        passphrase: TEXT,
        pkcs12: optional(
            secretMustBe(
                "the content of a PKCS12 file in base64, not a path",
                (value) => typeof value === "string" && BASE64.test(value),
            ),
        ),
        rejectUnauthorized: optional(secretMustBe("true or false", (value) => typeof value === "boolean")),
    },
    ({ pkcs12, cert, key }, property) => [
        ...(pkcs12 !== undefined && (cert ?? key) !== undefined
            ? [problem(property, "must have either pkcs12, or cert and key")]
            : []),
        ...((cert === undefined) !== (key === undefined)
            ? [problem(property, "must have both cert and key, or neither")]
            : []),
    ],
);

const TLS: Rule = (tls, property) => {
    const problems = TLS_FIELDS(tls, property);
    return problems.length > 0 || hasUnknown(tls) ? problems : certificateProblems(tls as TlsAuth, property);
};

/** Unreadable certificates, and a key of another certificate. */
function certificateProblems(tls: TlsAuth, property: string): InputProblem[] {
    try {
        createSecureContext(certificatesOf(tls));
        return [];
    } catch (error) {
        const { message } = error as Error;
        const advice = OLD_CIPHER.test(message) ? OLD_CIPHER_ADVICE : "";
        return [problem(property, `cannot be used: ${message}${advice}`)];
    }
}

/** Older PKCS12 files have ciphers that OpenSSL 3 does not read. */
const OLD_CIPHER = /unsupported/i;
const OLD_CIPHER_ADVICE =
    ". Convert it to current ciphers: openssl pkcs12 -legacy -in old.p12 -nodes | openssl pkcs12 -export -out new.p12";

const FIELDS = {
    basic: optional(BASIC),
    bearer: optional(secretMustBe("a token: one line of text that is not empty", isHeaderValue)),
    headers: optional(HEADERS),
    tls: optional(TLS),
};
const OBJECT_RULE = `an object with one or more of ${Object.keys(FIELDS).join(", ")}`;
const AUTH = objectOf(OBJECT_RULE, FIELDS, ({ basic, bearer }, property) =>
    basic !== undefined && bearer !== undefined
        ? [problem(property, "must not have both basic and bearer, which are sent in one header")]
        : [],
);

/** All problems of the argument `auth`. No message contains a value. */
export function checkAuth(auth: unknown): InputProblem[] {
    if (isObject(auth) && Object.keys(FIELDS).every((field) => auth[field] === undefined)) {
        return [problem("auth", `must be ${OBJECT_RULE}`)];
    }
    return optional(AUTH)(auth, "auth");
}
