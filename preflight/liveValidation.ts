import {
    type ConfigProblem,
    configProblems,
    findWorker,
    type LiveWorker,
    typesOf,
    validateLive,
} from "@connect-cdc/connector/checks";
import { type ConnectAuth, openConnectors, type Validation } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import { usedPlugins } from "../config/checks/definitionProblems";
import { HIDDEN, type Problem } from "../config/problem";
import type { Definitions, PluginDefinition } from "../images/staging/contract";

/** Time limit for all connectors together, s: a worker or a database may hang. */
const LIMIT_SECONDS = 5;
const OWN_PATH: Record<string, string> = { name: "", "connector.class": ".class", "tasks.max": ".tasksMax" };

/** Problems that the stack's own workers report. */
export interface LiveProblems {
    problems: Problem[];
    /** Sentences on what was not checked. */
    notes: string[];
}

/** A connector whose config is new, as it would be written. */
export interface ChangedConnector {
    name: string;
    config: Record<string, string>;
}

/** Versions and plugins of this program, and the problems that are known without workers. */
export interface Planned {
    kafkaVersion: string;
    definitions: Definitions;
    known: Problem[];
    /** Credentials for the workers. Default: none. */
    auth?: ConnectAuth;
}

/** Validates connectors on a live worker that has the Kafka version and plugins of this program. */
export async function validateByWorker(
    restUrl: string,
    connectors: ChangedConnector[],
    { kafkaVersion, definitions, known, auth }: Planned,
): Promise<LiveProblems> {
    const limits = { limitSeconds: LIMIT_SECONDS, silenceSeconds: LIMIT_SECONDS };
    const { client } = openConnectors({ name: "", restUrls: [restUrl], auth, secrets: givenSecrets() }, limits);
    const worker = await findWorker(client);
    if (!worker) return { problems: [], notes: [notChecked(connectors, "the worker does not answer")] };
    if (worker.version !== kafkaVersion) return { problems: [], notes: [] };

    const passwords = new Set(known.filter(({ value }) => value === HIDDEN).map(({ path }) => path));
    const asked = connectors.filter(({ config }) => isAsPlanned(worker, usedPlugins(config, definitions.plugins)));
    const sent = asked.map((connector) => withoutPasswords(connector, passwords));
    const results = await validateLive(client, worker.restUrl, sent);
    const problems = asked.flatMap(({ name, config }, i) => {
        const result = results[i]!;
        if ("failed" in result || !isOfDefinition(result.validation, config, definitions)) return [];
        const redact = (text: string) => client.redact(text);
        return configProblems(result.validation, config, redact)
            .filter(({ kind }) => kind === "config" || kind === "transient")
            .map((finding) => problemOf(name, config, finding));
    });
    const failed = asked.filter((_, i) => "failed" in results[i]!);
    const why = results.flatMap((result) => ("failed" in result ? [result.failed] : []))[0];
    return { problems, notes: failed.length > 0 ? [notChecked(failed, why!)] : [] };
}

/** True when the worker has the same classes in the same versions as the new image. */
function isAsPlanned({ plugins }: LiveWorker, used: PluginDefinition[] | undefined): boolean {
    return (
        used !== undefined &&
        used.every((planned) =>
            plugins.some((live) => live.class === planned.class && (live.version ?? "undefined") === planned.version),
        )
    );
}

/** A plugin under development keeps its version while its settings change. */
function isOfDefinition({ configs }: Validation, config: Record<string, string>, { plugins }: Definitions): boolean {
    const types = typesOf(configs);
    const [plugin] = usedPlugins(config, plugins) ?? [];
    return plugin?.config.every(({ name, type }) => types.get(name) === type) ?? false;
}

/** Plain-text passwords must not reach the network or the log of a worker. */
function withoutPasswords({ name, config }: ChangedConnector, passwords: Set<string>): Record<string, string> {
    const hide = ([key, value]: [string, string]) => [key, passwords.has(pathOf(name, key)) ? HIDDEN : value];
    return Object.fromEntries(Object.entries(config).map(hide)) as Record<string, string>;
}

function problemOf(name: string, config: Record<string, string>, { key, text, remedy, kind }: ConfigProblem): Problem {
    const problem = { path: pathOf(name, key), value: config[key] };
    return kind === "transient"
        ? {
              ...problem,
              rule: `Connect reports at the moment: ${text}`,
              remedy: "ignore it if it will be valid when the connector is created",
              warning: true,
          }
        : { ...problem, rule: `Connect reports: ${text}`, remedy: remedy ?? "correct it" };
}

function pathOf(name: string, key: string): string {
    return `connectors.${name}${OWN_PATH[key] ?? `.config.${key}`}`;
}

function notChecked(connectors: ChangedConnector[], why: string): string {
    return `not checked by a live worker: ${connectors.map(({ name }) => name).join(", ")} (${why})`;
}

/** Values of the secrets in the config; messages must not show them. */
function givenSecrets(): Record<string, string> {
    const text = pulumi.runtime.allConfig()[`${pulumi.getProject()}:secrets`];
    return text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
}
