import { systemClock } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorInfo, WorkerInfo } from "../client/types";
import { ConnectAccess, openConnectors } from "../inputs/openConnectors";
import { hasUnknown } from "../inputs/unknown";
import { isObject } from "../isObject";
import { findWorker, LiveWorker } from "./liveValidation";
import { BUDGET_SPENT, resetBudget, withinBudget } from "./timeBudget";

/** How long an answer, or its absence, is cached for all checks of a process, ms. */
const LASTS_MS = 60_000;
/** The same for workers that do not listen: the same run may start them. */
const REFUSED_LASTS_MS = 5000;

/** A cached answer. */
interface Shared<T> {
    answer: Promise<T>;
    untilMs: number;
}

/** By question, cluster and credentials. */
const shared = new Map<string, Shared<unknown>>();

/**
 * The cluster of a connector during the checks. Questions that are the same for all of its connectors are asked once, to the
 * first worker that answers, and not repeated.
 *
 * Its methods throw a ConnectError: `unreachable` when no worker listens.
 */
export class CachedCluster extends Connectors {
    private constructor(private readonly access: ConnectAccess) {
        super(openConnectors(access, { limitSeconds: 1, silenceSeconds: 1 }).client);
    }

    /** @returns undefined while Pulumi does not know addresses or credentials. */
    static of(access: ConnectAccess): CachedCluster | undefined {
        if (hasUnknown([access.restUrls, access.auth])) {
            return undefined;
        }
        // If they are not known, no text can contain one
        const known = (values: unknown) => (isObject(values) ? (values as Record<string, string>) : {});
        const { secrets, sensitiveConfig } = access;
        return new CachedCluster({ ...access, secrets: known(secrets), sensitiveConfig: known(sensitiveConfig) });
    }

    /** The first worker that answers, with its plugins. */
    live(): Promise<LiveWorker> {
        return this.share("worker", async (limitSeconds) => {
            const { client } = this.open(limitSeconds);
            const errors: string[] = [];
            const worker = await findWorker(client, (restUrl, { kind, detail }) =>
                errors.push(`${kind === "refused" ? "" : "no answer from "}${restUrl}: ${detail}`),
            );
            if (worker) {
                return worker;
            }
            throw errors.length > 0
                ? new ConnectError("ambiguous", client.redact(errors.join("; ")))
                : new ConnectError("unreachable", "no worker listens");
        });
    }

    override worker(): Promise<WorkerInfo> {
        return this.live();
    }

    /** Without statuses. */
    override async list(): ReturnType<Connectors["list"]> {
        const { restUrl } = await this.live();
        return this.share("list", async (limitSeconds) => {
            const { client } = this.open(limitSeconds);
            const request = { method: "GET", path: "/connectors?expand=info" } as const;
            const outcome = await client.ask(restUrl, request);
            if (outcome.ok) {
                return outcome.body as Awaited<ReturnType<Connectors["list"]>>;
            }
            throw new ConnectError(outcome.kind, client.redact(`GET ${request.path} at ${restUrl}: ${outcome.detail}`));
        });
    }

    override async info(name: string): Promise<ConnectorInfo | undefined> {
        return (await this.list())[name]?.info;
    }

    /** A client for questions about one connector. */
    open(limitSeconds: number): Connectors {
        return openConnectors(this.access, { limitSeconds, silenceSeconds: limitSeconds });
    }

    private share<T>(question: string, ask: (limitSeconds: number) => Promise<T>): Promise<T> {
        const { clusterKey } = this.client;
        const key = `${question} ${clusterKey}`;
        const known = shared.get(key);
        if (known && systemClock.now() < known.untilMs) {
            return known.answer as Promise<T>;
        }
        const asked: Shared<T> = { answer: askInBudget(ask), untilMs: Infinity };
        shared.set(key, asked);
        const lasts = (ms: number) => (asked.untilMs = systemClock.now() + ms);
        asked.answer.then(
            () => lasts(LASTS_MS),
            ({ kind }: ConnectError) => lasts(kind === "unreachable" ? REFUSED_LASTS_MS : LASTS_MS),
        );
        return asked.answer;
    }
}

async function askInBudget<T>(ask: (limitSeconds: number) => Promise<T>): Promise<T> {
    const answer = await withinBudget(async (limitSeconds) => ({ answer: await ask(limitSeconds) }));
    if (!answer) {
        throw new ConnectError("ambiguous", BUDGET_SPENT);
    }
    return answer.answer;
}

/** Warnings of {@link warnOnce}. */
const given = new Set<string>();

/**
 * A warning that is the same for each connector of a cluster, of which there may be a thousand.
 *
 * @returns nothing when it was given for another connector.
 */
export function warnOnce(warning: string): string[] {
    const isNew = !given.has(warning);
    given.add(warning);
    return isNew ? [`${warning}. This warning is not repeated for other connectors`] : [];
}

/** The engine starts a process for each run; tests run several in one. */
export function forgetAnswers(): void {
    shared.clear();
    given.clear();
    resetBudget();
}
