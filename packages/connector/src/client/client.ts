import { asConnects } from "./checkAnswer";
import { Access, accessWith, ConnectAuth } from "./auth";
import { Deadline } from "./clock";
import { ConnectError, FaultKind } from "./errors";
import { exchange, Fault, Outcome, Request } from "./sendRequest";
import { Progress } from "./progress";
import { Redactor } from "./redact";
import { shorten } from "./shorten";

/** Arguments of {@link ConnectClient}. */
export interface ClientOptions {
    /** Time for everything that is done with this client. */
    deadline: Deadline;
    /** Takes secrets out of every message. */
    redactor: Redactor;
    /** Told when a request has to be repeated. */
    progress: Progress;
    /** Credentials, where the workers want some. */
    auth?: ConnectAuth;
    /** True: no proxy of the environment is asked. Default false. */
    direct?: boolean;
    /** How long every worker may be silent before the client gives up, s. Default 60. */
    silenceSeconds?: number;
    /** Limit of one HTTP exchange, ms. Default 100 s: more than the 90 s that Connect gives itself. */
    httpTimeoutMs?: number;
}

interface CallOptions {
    confirm?: () => Promise<boolean>;
    limitMs?: number;
}

/** A question has no effect: where others may answer, a silent worker does not cost the long limit. */
const QUESTION_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** Connect's messages may hold a whole config or stack trace: so many characters of one are shown. */
const LONGEST_DETAIL = 600;
/** Some unknown errors 500 pass with the cause (a broker's restart); one that stays is a fault. */
const SERVER_ERROR_SECONDS = 20;

/**
 * Speaks to a Connect cluster through any of its workers: goes to the next one when a worker does not answer, tries again
 * what may pass, and gives up on what will not. For one operation; not to be shared by two.
 */
export class ConnectClient {
    private current = 0;
    private lastAnswerMs: number;
    private readonly options: Required<Omit<ClientOptions, "auth">>;
    private readonly auth: ConnectAuth;
    private readonly access: Access;

    /** @param restUrls URLs of the workers' REST APIs; one is enough. */
    constructor(
        readonly restUrls: string[],
        { auth = {}, ...options }: ClientOptions,
    ) {
        this.auth = auth;
        this.access = { ...accessWith(auth), ...(options.direct ? { proxy: false as const } : {}) };
        this.options = { direct: false, silenceSeconds: 60, httpTimeoutMs: 100_000, ...options };
        this.lastAnswerMs = this.deadline.clock.now();
    }

    /** The cluster and who asks it: what one user is told may not be for another one. */
    get clusterKey(): string {
        return JSON.stringify([[...this.restUrls].sort(), this.auth]);
    }

    /** Who asks. */
    get asker(): string {
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
     * Sends a request until it has an answer that stands.
     *
     * @param how `confirm` is asked after a try whose outcome is not known: true when it did take effect; `limitMs` is
     *   the limit of one exchange, when it is to be shorter than the client's.
     * @returns the JSON body; undefined when there is none, or when `confirm` said so.
     * @throws ConnectError
     */
    async call(request: Request, how: CallOptions = {}): Promise<unknown> {
        const startMs = this.deadline.clock.now();
        let mayHaveHappened = false;
        for (let attempt = 0; ; attempt++) {
            const restUrl = this.restUrls[this.current]!;
            const outcome = await this.ask(restUrl, request, how.limitMs ?? this.patienceMs(request, attempt));
            if (outcome.ok) return outcome.body;

            const unknown = outcome.kind === "ambiguous" || outcome.kind === "serverError";
            mayHaveHappened ||= unknown && request.method !== "GET";
            const detail = shorten(this.redact(outcome.detail), LONGEST_DETAIL);
            const fail = (hint: string) => {
                const text = `${request.method} ${request.path} at ${this.redact(restUrl)}: ${detail}${hint}`;
                return new ConnectError(outcome.kind, text, mayHaveHappened);
            };
            if (!mayPass(outcome.kind)) throw fail("");

            this.progress.waiting(detail);
            await this.pause(outcome, attempt);
            if (unknown && how.confirm && (await this.isConfirmed(how.confirm))) return undefined;

            const reason = this.reasonToStop(outcome, startMs);
            if (reason) throw fail(` (${reason})`);
        }
    }

    /** Sends a request to one worker, once, within the shorter of this limit and the client's own. */
    async ask(restUrl: string, request: Request, limitMs = Infinity): Promise<Outcome> {
        const timeoutMs = Math.min(limitMs, this.options.httpTimeoutMs, Math.max(1000, this.deadline.remainingMs));
        const outcome = asConnects(request, await exchange(restUrl, request, this.access, Math.ceil(timeoutMs)));
        if (outcome.ok || outcome.answered) this.lastAnswerMs = this.deadline.clock.now();

        return outcome;
    }

    /** After a round of all workers there is time: perhaps all of them are slow. */
    private patienceMs(request: Request, attempt: number): number {
        const { length } = this.restUrls;
        return request.method === "GET" && length > 1 && attempt < length ? QUESTION_MS : Infinity;
    }

    private async isConfirmed(confirm: () => Promise<boolean>): Promise<boolean> {
        try {
            return await confirm();
        } catch (error) {
            throw error instanceof ConnectError ? new ConnectError(error.kind, error.message, true) : error;
        }
    }

    private async pause(fault: Fault, attempt: number): Promise<void> {
        if (fault.kind !== "busy") this.current = (this.current + 1) % this.restUrls.length;

        const othersLeft = attempt + 1 < this.restUrls.length;
        if (fault.kind === "unreachable" && othersLeft) return;

        const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
        await this.deadline.sleep(longest * (0.5 + this.deadline.clock.random() / 2));
    }

    private reasonToStop(fault: Fault, startMs: number): string | undefined {
        const now = this.deadline.clock.now();
        const silentSeconds = (now - Math.max(startMs, this.lastAnswerMs)) / 1000;
        if (this.deadline.passed) return `gave up after ${this.deadline.limitSeconds} s`;

        if (silentSeconds >= this.options.silenceSeconds) {
            return `no worker has answered for ${Math.round(silentSeconds)} s; asked: ${this.redact(this.restUrls.join(", "))}`;
        }

        if (fault.kind === "serverError" && now - startMs >= SERVER_ERROR_SECONDS * 1000) {
            return `the same for ${SERVER_ERROR_SECONDS} s`;
        }

        return undefined;
    }
}

function mayPass(kind: FaultKind): boolean {
    return ["unreachable", "notReady", "busy", "ambiguous", "serverError"].includes(kind);
}
