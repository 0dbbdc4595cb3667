import { ConnectClient } from "../client/client";
import type { Failure } from "../client/sendRequest";
import { ConnectorPlugin, Validation, WorkerInfo } from "../client/types";

/** A worker that answers, and its plugins. */
export interface LiveWorker extends WorkerInfo {
    restUrl: string;
    /** Before 3.2 only connectors. */
    plugins: ConnectorPlugin[];
}

/** Result of one validation. */
export type LiveValidation = { validation: Validation } | { failed: string };

/** Limit of a request that a worker answers immediately, ms. */
const QUICK_MS = 2500;

/**
 * The first worker that answers, asked once, within the client's limit; undefined when none answers.
 *
 * @param onFailure receives a worker that did not answer in time (`ambiguous`), or refused to answer (`refused`).
 */
export async function findWorker(
    client: ConnectClient,
    onFailure: (restUrl: string, failure: Failure) => void = () => undefined,
): Promise<LiveWorker | undefined> {
    for (const restUrl of client.restUrls) {
        const [root, plugins] = await Promise.all(
            ["/", "/connector-plugins?connectorsOnly=false"].map((path) =>
                client.ask(restUrl, { method: "GET", path }, QUICK_MS),
            ),
        );
        if (root!.ok && plugins!.ok) {
            return { ...(root!.body as WorkerInfo), restUrl, plugins: plugins!.body as ConnectorPlugin[] };
        }
        const failures = [root!, plugins!].filter((outcome) => !outcome.ok);
        const failure = ["refused", "ambiguous"].flatMap((kind) => failures.find((one) => one.kind === kind) ?? [])[0];
        if (failure) {
            onFailure(restUrl, failure);
        }
        if (client.deadline.passed) {
            return undefined;
        }
    }
    return undefined;
}

/**
 * Lets a worker validate configs, several at a time, each once and all of them within the client's limit. Never throws.
 *
 * @param configs whole configs, with `name` and `connector.class`.
 * @returns the results in the same order.
 */
export async function validateLive(
    client: ConnectClient,
    restUrl: string,
    configs: Record<string, string>[],
): Promise<LiveValidation[]> {
    return eightAtATime(configs, (config) => validate(client, restUrl, config));
}

/**
 * Runs work for each item, for eight items at a time: validations open connections to databases and brokers, and more of them
 * would only wait for each other.
 *
 * @returns the results in the items' order.
 */
export async function eightAtATime<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    const waiting = [...items.entries()];
    const worker = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
            const [index, item] = next;
            results[index] = await work(item);
        }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return results;
}

/**
 * Definitions of the settings of a config's converters, which a validation omits, in the form of a validation. Empty before
 * 3.2, whose workers do not return them.
 */
export async function converterDefinitions(
    client: ConnectClient,
    restUrl: string,
    config: Record<string, string>,
): Promise<Validation["configs"]> {
    const keys = ["key.converter", "value.converter", "header.converter"].filter(
        (key) => config[key] !== undefined && Object.keys(config).some((other) => other.startsWith(`${key}.`)),
    );
    const all = await Promise.all(
        keys.map(async (key) => {
            const path = `/connector-plugins/${encodeURIComponent(config[key]!)}/config`;
            const outcome = await client.ask(restUrl, { method: "GET", path }, QUICK_MS);
            const definitions = outcome.ok && Array.isArray(outcome.body) ? (outcome.body as SettingDefinition[]) : [];
            return definitions.map(({ name, type }) => ({ name: `${key}.${name}`, type }));
        }),
    );
    return all.flat().map((definition) => ({ definition, value: { name: definition.name } }));
}

type SettingDefinition = { name: string; type: string };

async function validate(
    client: ConnectClient,
    restUrl: string,
    config: Record<string, string>,
): Promise<LiveValidation> {
    const { deadline } = client;
    const late = { failed: `no answer within ${deadline.limitSeconds} s` };
    if (deadline.passed) {
        return late;
    }
    const path = `/connector-plugins/${encodeURIComponent(config["connector.class"]!)}/config/validate`;
    const outcome = await client.ask(restUrl, { method: "PUT", path, body: config }, deadline.remainingMs);
    if (outcome.ok) {
        return { validation: outcome.body as Validation };
    }
    const topics = ofTopics(outcome.detail);
    if (topics) {
        return { validation: topics };
    }
    // Connect's message may contain the whole config
    return outcome.answered ? { failed: `the worker answers ${outcome.detail.slice(0, 3)}` } : late;
}

/** Up to 3.6 the whole validation fails for a sink without topics, or with both settings for them. */
function ofTopics(detail: string): Validation | undefined {
    const message = /(Must configure one of topics|topics and topics\.regex are mutually)[^\n]*/.exec(detail)?.[0];
    return message === undefined
        ? undefined
        : { error_count: 1, configs: [{ value: { name: "topics", errors: [message] } }] };
}
