import { type ErrorKind, RequestError } from "../client/errors";
import type { Answer, Service } from "../client/service";
import { has, isListOf, isText } from "../client/shapes";

/** A failed request to a schema registry. `code` is the registry's `error_code`. */
export class RegistryError extends RequestError {
    override readonly name = "RegistryError";
}

/** Subject, version or schema not found. */
const ABSENT = [40_401, 40_402, 40_403, 40_408];
/** The subject was deleted softly before. */
const DELETED_SOFTLY = 40_404;

/**
 * The codes are those of Confluent's API v7 (https://docs.confluent.io/platform/current/schema-registry/develop/api.html#errors),
 * which Apicurio Registry 3.0.9 uses, too. It answers a call that it does not have with 404 and code 0 or 404.
 */
function kindOfAnswer(status: number, message: string | undefined, code: number | undefined): ErrorKind {
    if (status === 404 && code !== undefined && [...ABSENT, DELETED_SOFTLY].includes(code)) return "absent";
    // Apicurio's own API
    if (status === 404 && /^No (artifact with ID|rule named) /.test(message ?? "")) return "absent";
    // An incompatible schema, or one that cannot be read
    if ((status === 409 && code === 409) || (status === 422 && code === 42_201)) return "invalid";
    if (status === 408 || status === 502 || status === 503 || status === 504) return "ambiguous";
    if (status === 429) return "busy";
    if (status >= 500) return "serverError";
    return "refused";
}

const isNumber = Number.isInteger;
const isVersion = has({ id: isNumber, subject: isText, version: isNumber, schema: isText });

const ANSWERS: Answer[] = [
    {
        request: /^GET \/subjects(\?|$)/,
        rule: "a list of subjects",
        fits: isListOf(isText),
    },
    {
        request: /^GET \/subjects\/[^/]+\/versions(\?|$)/,
        rule: "a list of versions",
        fits: isListOf(isNumber),
    },
    {
        request: /^(GET \/subjects\/[^/]+\/versions\/\w+$|POST \/subjects\/[^/]+\?)/,
        rule: "an object with id, subject, version and schema",
        fits: isVersion,
    },
    {
        request: /^GET \/(subjects\/.*\/referencedby|schemas\/ids\/\d+\/versions)$/,
        rule: "a list",
        fits: isListOf(() => true),
    },
    { request: /^POST \/subjects\/[^/]+\/versions(\?|$)/, rule: "an object with id", fits: has({ id: isNumber }) },
    { request: /^GET \/schemas\/ids\/\d+$/, rule: "an object with schema", fits: has({ schema: isText }) },
    { request: /^GET \/config/, rule: "an object with compatibilityLevel", fits: has({ compatibilityLevel: isText }) },
    {
        request: /^POST \/compatibility\//,
        rule: "an object with is_compatible",
        fits: has({ is_compatible: (value) => typeof value === "boolean" }),
    },
];

/** A schema registry with Confluent's API v7. */
export const REGISTRY: Service = {
    api: "a schema registry (Confluent's API v7; in Apicurio Registry its path is /apis/ccompat/v7)",
    foreign: "with JSON that is not a schema registry's",
    silent: "no schema registry has answered for",
    server: "registry",
    urls: "registryUrls",
    answers: ANSWERS,
    kindOfAnswer,
    error: RegistryError,
};
