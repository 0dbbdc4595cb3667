import { Access, accessWith, ConnectAuth } from "./auth";
import { checkAnswer } from "./checkAnswer";
import { Deadline } from "./clock";
import { CONNECT } from "./connectService";
import { ErrorKind, RequestError } from "./errors";
import { Progress } from "./progress";
import { Redactor } from "./redact";
import { Failure, Outcome, Request, sendRequest } from "./sendRequest";
import type { Service } from "./service";
import { shorten } from "./shorten";

/** Arguments of {@link RestClient}. */
export interface ClientOptions {
    /** Limit of everything that is done with this client. */
    deadline: Deadline;
    /** Removes secrets from every message. */
    redactor: Redactor;
    /** Reports repeated requests. */
    progress: Progress;
    /** Credentials. Default: none. */
    auth?: ConnectAuth;
    /** True: the proxy settings of the environment are ignored. Default false. */
    direct?: boolean;
    /** How long no process may answer before the client gives up, s. Default 60. */
    silenceSeconds?: number;
    /** Limit of one HTTP request, ms. Default 100 s: more than Connect's own limit of 90 s. */
    httpTimeoutMs?: number;
}

interface CallOptions {
    confirm?: () => Promise<boolean>;
    limitMs?: number;
}

/** Limit of a question, ms, if others may answer: it has no effect and can be repeated. */
const QUESTION_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** Longest detail in a message, characters. Messages may contain a whole config or stack trace. */
const LONGEST_DETAIL = 600;
/** Some unknown errors 500 pass with their cause, such as a broker's restart. One that lasts this long, s, is final. */
const SERVER_ERROR_SECONDS = 20;

/**
 * A client of a service with several processes. It sends requests to any of them, to the next one when one does not answer, and
 * repeats requests whose error may pass. For one operation; two operations must not share it.
 */
export class RestClient {
    private current = 0;
    private lastAnswerMs: number;
    private readonly options: Required<Omit<ClientOptions, "auth">>;
    private readonly auth: ConnectAuth;
    private readonly access: Access;

    /** @param restUrls URLs of the processes; one is enough. */
    constructor(
        private readonly service: Service,
        readonly restUrls: string[],
        { auth = {}, ...options }: ClientOptions,
    ) {
        this.auth = auth;
        this.access = { ...accessWith(auth), ...(options.direct ? { proxy: false as const } : {}) };
        this.options = { direct: false, silenceSeconds: 60, httpTimeoutMs: 100_000, ...options };
        this.lastAnswerMs = this.deadline.clock.now();
    }

    /** Key of the cluster and the credentials: a service may show each user other connectors. */
    get clusterKey(): string {
        return JSON.stringify([[...this.restUrls].sort(), this.auth]);
    }

    /** Key of the credentials. */
    get authKey(): string {
        return JSON.stringify(this.auth);
    }

    get deadline(): Deadline {
        return this.options.deadline;
    }

    get progress(): Progress {
        return this.options.progress;
    }

    redact(text: string): string {
        return this.options.redactor.redact(text);
    }

    /**
     * Sends a request until it has a final answer.
     *
     * @param how `confirm` is called after a try with an unknown outcome, and returns true when it took effect; `limitMs` is
     *   the limit of one request, if it is shorter than the client's.
     * @returns the JSON body; undefined when there is none, or when `confirm` returned true.
     * @throws the error of the service
     */
    async call(request: Request, how: CallOptions = {}): Promise<unknown> {
        const startMs = this.deadline.clock.now();
        let mayHaveHappened = false;
        for (let attempt = 0; ; attempt++) {
            const restUrl = this.restUrls[this.current]!;
            const outcome = await this.ask(restUrl, request, how.limitMs ?? this.requestLimitMs(request, attempt));
            if (outcome.ok) {
                return outcome.body;
            }
            const unknown = outcome.kind === "ambiguous" || outcome.kind === "serverError";
            mayHaveHappened ||= unknown && request.method !== "GET";
            const detail = shorten(this.redact(outcome.detail), LONGEST_DETAIL);
            const fail = (hint: string) => {
                const text = `${request.method} ${request.path} at ${this.redact(restUrl)}: ${detail}${hint}`;
                return new this.service.error(outcome.kind, text, mayHaveHappened, outcome.code);
            };
            if (!mayPass(outcome.kind)) {
                throw fail("");
            }
            this.progress.waiting(detail);
            await this.pause(outcome, attempt);
            if (unknown && how.confirm && (await this.isConfirmed(how.confirm))) {
                return undefined;
            }
            const reason = this.reasonToStop(outcome, startMs);
            if (reason) {
                throw fail(` (${reason})`);
            }
        }
    }

    /** Sends a request to one process, once, within the shorter of this limit and the client's own. */
    async ask(restUrl: string, request: Request, limitMs = Infinity): Promise<Outcome> {
        const timeoutMs = Math.min(limitMs, this.options.httpTimeoutMs, Math.max(1000, this.deadline.remainingMs));
        const answer = await sendRequest(restUrl, request, this.access, Math.ceil(timeoutMs), this.service);
        const outcome = checkAnswer(this.service, request, answer);
        if (outcome.ok || outcome.answered) {
            this.lastAnswerMs = this.deadline.clock.now();
        }
        return outcome;
    }

    /** After one round of all processes the limit is longer: all of them may be slow. */
    private requestLimitMs(request: Request, attempt: number): number {
        const { length } = this.restUrls;
        return request.method === "GET" && length > 1 && attempt < length ? QUESTION_MS : Infinity;
    }

    private async isConfirmed(confirm: () => Promise<boolean>): Promise<boolean> {
        try {
            return await confirm();
        } catch (error) {
            throw error instanceof RequestError ? new this.service.error(error.kind, error.message, true) : error;
        }
    }

    private async pause(failure: Failure, attempt: number): Promise<void> {
        if (failure.kind !== "busy") {
            this.current = (this.current + 1) % this.restUrls.length;
        }
        const othersLeft = attempt + 1 < this.restUrls.length;
        if (failure.kind === "unreachable" && othersLeft) {
            return;
        }
        const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
        await this.deadline.sleep(longest * (0.5 + this.deadline.clock.random() / 2));
    }

    private reasonToStop(failure: Failure, startMs: number): string | undefined {
        const now = this.deadline.clock.now();
        const silentSeconds = (now - Math.max(startMs, this.lastAnswerMs)) / 1000;
        if (this.deadline.passed) {
            return `gave up after ${this.deadline.limitSeconds} s`;
        }
        if (silentSeconds >= this.options.silenceSeconds) {
            return `${this.service.silent} ${Math.round(silentSeconds)} s; tried: ${this.redact(this.restUrls.join(", "))}`;
        }
        if (failure.kind === "serverError" && now - startMs >= SERVER_ERROR_SECONDS * 1000) {
            return `the same error for ${SERVER_ERROR_SECONDS} s`;
        }
        return undefined;
    }
}

/** A client of a Connect cluster: of its workers' REST APIs. */
export class ConnectClient extends RestClient {
    constructor(restUrls: string[], options: ClientOptions) {
        super(CONNECT, restUrls, options);
    }
}

function mayPass(kind: ErrorKind): boolean {
    return ["unreachable", "notReady", "busy", "ambiguous", "serverError"].includes(kind);
}
