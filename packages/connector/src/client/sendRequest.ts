import { adviceOnStatus, adviceOnTls, hintOnReset } from "./advice";
import { Access } from "./auth";
import { CONNECT } from "./connectService";
import { ErrorKind, kindOfTransportError } from "./errors";
import { parseExact, stringifyExact } from "./exactJson";
import type { Service } from "./service";

/** A request to one process of a service. */
export interface Request {
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    /** Path and query. */
    path: string;
    /** Sent as JSON. */
    body?: unknown;
    /** True: numbers of the answer keep their text, see `parseExact`. Default false. */
    exact?: boolean;
}

/** Result of a request. */
export type Outcome = Success | Failure;

export interface Success {
    ok: true;
    status: number;
    body: unknown;
}

export interface Failure {
    ok: false;
    kind: ErrorKind;
    /** The message of the other side. It may contain secrets. */
    detail: string;
    /** True when the service itself answered. */
    answered: boolean;
    /** HTTP status; undefined when there was no answer. */
    status?: number;
    /** `error_code` of the answer. */
    code?: number;
    /** JSON body of the answer, if it has one. */
    body?: unknown;
}

/**
 * Sends one request to one process, once.
 *
 * @param access credentials and connections.
 * @param timeoutMs limit for the whole request. Connect's own limit is 90 s: with a shorter one the outcome of a change is unknown.
 * @param service default: Connect.
 */
export async function sendRequest(
    restUrl: string,
    request: Request,
    access: Access,
    timeoutMs: number,
    service: Service = CONNECT,
): Promise<Outcome> {
    // Loading axios takes longer than a question, and many runs of a program ask none
    const { default: axios } = await import("axios");
    try {
        const answer = await axios.request<string>({
            baseURL: restUrl,
            url: request.path,
            method: request.method,
            // As text: axios leaves keys such as "constructor" out of an object
            data: request.body === undefined ? undefined : stringifyExact(request.body),
            ...access,
            // axios sends a POST without a body as a form, which Connect answers with 415
            headers: { ...access.headers, "Content-Type": "application/json", Accept: "application/json" },
            timeout: timeoutMs,
            // For other hosts axios reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY from the environment
            ...(isLoopback(restUrl) ? { proxy: false } : {}),
            maxRedirects: 0,
            responseType: "text",
            transformResponse: (text) => text,
            validateStatus: () => true,
        });
        const { location } = answer.headers as { location?: string };
        return outcomeOf(service, request, answer.status, answer.data, location);
    } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        const advice = adviceOnTls(service, code, message);
        const kind = advice === undefined ? kindOfTransportError(code) : "refused";
        const hint = advice ?? (restUrl.startsWith("http:") ? hintOnReset(service, code) : "");
        return { ok: false, kind, detail: `${message || code || "no answer"}${hint}`, answered: false };
    }
}

/** True for a host of this machine, which no proxy reaches. */
export function isLoopback(url: string): boolean {
    return /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}

function outcomeOf(service: Service, request: Request, status: number, text: string, location?: string): Outcome {
    const body = parseJson(text, request.exact ? parseExact : JSON.parse);
    if (status >= 200 && status < 300) {
        if (body !== undefined || status === 202 || status === 204) return { ok: true, status, body };

        const kind = request.method === "GET" ? "notReady" : "ambiguous";
        return { ok: false, kind, detail: `${status} without a JSON body`, answered: false, status };
    }
    const { message, code } = errorOf(body);
    const kind = service.kindOfAnswer(status, message, code);
    const advice =
        kind === "refused" ? adviceOnStatus(service, status, location, message === undefined ? text : "") : "";
    const detail = `${status} ${message ?? "without a JSON body"}${advice}`;
    return { ok: false, kind, detail, answered: message !== undefined, status, code, body };
}

function parseJson(text: string, parse: (text: string) => unknown): unknown {
    try {
        return parse(text);
    } catch {
        return undefined;
    }
}

function errorOf(body: unknown): { message?: string; code?: number } {
    const { error_code: code, message } = (body ?? {}) as { error_code?: unknown; message?: unknown };
    return typeof code === "number" && typeof message === "string" ? { message, code } : {};
}
