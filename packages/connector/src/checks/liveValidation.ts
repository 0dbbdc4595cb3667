import { ConnectClient } from "../client/client";
import type { Fault } from "../client/sendRequest";
import { ConnectorPlugin, Validation, WorkerInfo } from "../client/types";

/** A worker that answers, and what it has. */
export interface LiveWorker extends WorkerInfo {
    restUrl: string;
    /** Before 3.2, connectors only. */
    plugins: ConnectorPlugin[];
}

/** What came of one validation. */
export type LiveValidation = { validation: Validation } | { failed: string };

/** Time for one of the questions that a worker answers at once, ms. */
const HELLO_MS = 2500;

/**
 * The first worker that answers, asked once, within the client's time; undefined when there is none.
 *
 * @param onFault told of a worker that gave no answer in time (`ambiguous`), or refused to answer (`refused`).
 */
export async function findWorker(
    client: ConnectClient,
    onFault: (restUrl: string, fault: Fault) => void = () => undefined,
): Promise<LiveWorker | undefined> {
    for (const restUrl of client.restUrls) {
        const [root, plugins] = await Promise.all(
            ["/", "/connector-plugins?connectorsOnly=false"].map((path) =>
                client.ask(restUrl, { method: "GET", path }, HELLO_MS),
            ),
        );
        if (root!.ok && plugins!.ok) {
            return { ...(root!.body as WorkerInfo), restUrl, plugins: plugins!.body as ConnectorPlugin[] };
        }

        const faults = [root!, plugins!].filter((outcome) => !outcome.ok);
        const fault = ["refused", "ambiguous"].flatMap((kind) => faults.find((one) => one.kind === kind) ?? [])[0];
        if (fault) onFault(restUrl, fault);

        if (client.deadline.passed) return undefined;
    }
    return undefined;
}

/**
 * Lets a worker validate configs, several at a time, each once and all of them within the client's time. Never throws.
 *
 * @param configs whole configs, with `name` and `connector.class`.
 * @returns the same order.
 */
export async function validateLive(
    client: ConnectClient,
    restUrl: string,
    configs: Record<string, string>[],
): Promise<LiveValidation[]> {
    return eightAtATime(configs, (config) => validate(client, restUrl, config));
}

/**
 * Does the same for each item, for eight of them at a time: validations open connections to databases and brokers, and more
 * at a time would only wait for each other.
 *
 * @returns the results in the items' order.
 */
export async function eightAtATime<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    const waiting = [...items.entries()];
    const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
            const [index, item] = next;
            results[index] = await act(item);
        }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    return results;
}

/**
 * Definitions of the settings of a config's converters, which a validation leaves out, in the form of a validation. Empty
 * before 3.2, whose workers cannot tell.
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
            const outcome = await client.ask(restUrl, { method: "GET", path }, HELLO_MS);
            const told = outcome.ok && Array.isArray(outcome.body) ? (outcome.body as SettingDefinition[]) : [];
            return told.map(({ name, type }) => ({ name: `${key}.${name}`, type }));
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
    if (deadline.passed) return late;

    const path = `/connector-plugins/${encodeURIComponent(config["connector.class"]!)}/config/validate`;
    const outcome = await client.ask(restUrl, { method: "PUT", path, body: config }, deadline.remainingMs);
    if (outcome.ok) return { validation: outcome.body as Validation };

    const topics = ofTopics(outcome.detail);
    if (topics) return { validation: topics };

    // What Connect says may hold the whole config
    return outcome.answered ? { failed: `the worker answers ${outcome.detail.slice(0, 3)}` } : late;
}

/** Up to 3.6 a sink without topics, or with both ways of naming them, fails the whole validation. */
function ofTopics(detail: string): Validation | undefined {
    const message = /(Must configure one of topics|topics and topics\.regex are mutually)[^\n]*/.exec(detail)?.[0];
    return message === undefined
        ? undefined
        : { error_count: 1, configs: [{ value: { name: "topics", errors: [message] } }] };
}
