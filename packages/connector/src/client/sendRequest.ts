import { adviceOnStatus, adviceOnTls, hintOnReset } from "./advice";
import { Access } from "./auth";
import { FaultKind, faultOfAnswer, faultOfTransport } from "./errors";
import { parseExact, stringifyExact } from "./exactJson";

/** A request to one worker. */
export interface Request {
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    /** Path and query. */
    path: string;
    /** Sent as JSON. */
    body?: unknown;
    /** True: numbers of the answer stay as they are written, see `parseExact`. Default false. */
    exact?: boolean;
}

/** What came of it. */
export type Outcome = Success | Fault;

export interface Success {
    ok: true;
    status: number;
    body: unknown;
}

export interface Fault {
    ok: false;
    kind: FaultKind;
    /** What the other side said; it may hold secrets. */
    detail: string;
    /** True when Connect itself answered. */
    answered: boolean;
    /** HTTP status; undefined when there was no answer. */
    status?: number;
    /** JSON body of the answer, if it has one. */
    body?: unknown;
}

/**
 * Sends one request to one worker, once.
 *
 * @param access credentials and connections.
 * @param timeoutMs limit for the whole exchange. Connect's own limit is 90 s: a shorter one here turns answers into guesses.
 */
export async function exchange(restUrl: string, request: Request, access: Access, timeoutMs: number): Promise<Outcome> {
    // Loading it takes longer than a question, and many runs of a program ask nothing
    const { default: axios } = await import("axios");
    try {
        const answer = await axios.request<string>({
            baseURL: restUrl,
            url: request.path,
            method: request.method,
            // As text: axios leaves keys such as "constructor" out of an object
            data: request.body === undefined ? undefined : stringifyExact(request.body),
            ...access,
            // axios calls a POST without a body a form, and Connect answers that with 415
            headers: { ...access.headers, "Content-Type": "application/json", Accept: "application/json" },
            timeout: timeoutMs,
            // Elsewhere axios takes HTTPS_PROXY, HTTP_PROXY and NO_PROXY from the environment
            ...(isLoopback(restUrl) ? { proxy: false } : {}),
            maxRedirects: 0,
            responseType: "text",
            transformResponse: (text) => text,
            validateStatus: () => true,
        });
        const { location } = answer.headers as { location?: string };
        return outcomeOf(request, answer.status, answer.data, location);
    } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        const advice = adviceOnTls(code, message);
        const kind = advice === undefined ? faultOfTransport(code) : "refused";
        const hint = advice ?? (restUrl.startsWith("http:") ? hintOnReset(code) : "");
        return { ok: false, kind, detail: `${message || code || "no answer"}${hint}`, answered: false };
    }
}

/** No proxy knows the workers of this machine. */
export function isLoopback(url: string): boolean {
    return /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}

function outcomeOf(request: Request, status: number, text: string, location?: string): Outcome {
    const body = parseJson(text, request.exact ? parseExact : JSON.parse);
    if (status >= 200 && status < 300) {
        if (body !== undefined || status === 202 || status === 204) return { ok: true, status, body };

        const kind = request.method === "GET" ? "notReady" : "ambiguous";
        return { ok: false, kind, detail: `${status} without a JSON body`, answered: false, status };
    }
    const message = messageOf(body);
    const kind = faultOfAnswer(status, message);
    const advice = kind === "refused" ? adviceOnStatus(status, location, message === undefined ? text : "") : "";
    const detail = `${status} ${message ?? "without a JSON body"}${advice}`;
    return { ok: false, kind, detail, answered: message !== undefined, status, body };
}

function parseJson(text: string, parse: (text: string) => unknown): unknown {
    try {
        return parse(text);
    } catch {
        return undefined;
    }
}

function messageOf(body: unknown): string | undefined {
    const { error_code, message } = (body ?? {}) as { error_code?: unknown; message?: unknown };
    return typeof error_code === "number" && typeof message === "string" ? message : undefined;
}
