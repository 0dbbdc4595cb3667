import {
    type ConfigProblem,
    configProblems,
    findWorker,
    type LiveWorker,
    typesOf,
    validateLive,
} from "@connect-cdc/connector/checks";
import { openConnectors, type Validation } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import { usedPlugins } from "../config/checks/definitionProblems";
import { HIDDEN, type Problem } from "../config/problem";
import type { Definitions, PluginDefinition } from "../images/staging/contract";
import type { ChangedConnector, LiveProblems } from "./liveProblems";

/** Time for all connectors together, s: a preview must not wait for a worker or a database that hangs. */
const LIMIT_SECONDS = 5;
const OWN_PATH: Record<string, string> = { name: "", "connector.class": ".class", "tasks.max": ".tasksMax" };

/** What this program is about to bring, and what is known of the connectors without workers. */
export interface Planned {
    kafkaVersion: string;
    definitions: Definitions;
    known: Problem[];
}

/** Lets a worker validate connectors, where it tells the truth of what this program brings. */
export async function askWorker(
    restUrl: string,
    connectors: ChangedConnector[],
    { kafkaVersion, definitions, known }: Planned,
): Promise<LiveProblems> {
    const limits = { limitSeconds: LIMIT_SECONDS, silenceSeconds: LIMIT_SECONDS };
    const { client } = openConnectors({ name: "", restUrls: [restUrl], secrets: givenSecrets() }, limits);
    const worker = await findWorker(client);
    if (!worker) return { problems: [], notes: [notChecked(connectors, "the worker gives no answer")] };
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

/** True when the worker has the same classes of the same versions as the image that is about to be made. */
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

/** What should not stand in a config need not go over the network, nor into a worker's log. */
function withoutPasswords({ name, config }: ChangedConnector, passwords: Set<string>): Record<string, string> {
    const hide = ([key, value]: [string, string]) => [key, passwords.has(pathOf(name, key)) ? HIDDEN : value];
    return Object.fromEntries(Object.entries(config).map(hide)) as Record<string, string>;
}

function problemOf(name: string, config: Record<string, string>, { key, text, remedy, kind }: ConfigProblem): Problem {
    const problem = { path: pathOf(name, key), value: config[key] };
    return kind === "transient"
        ? {
              ...problem,
              rule: `Connect says as things are now: ${text}`,
              remedy: "nothing is refused for it, because it may be right when the connector is written",
              warning: true,
          }
        : { ...problem, rule: `Connect says: ${text}`, remedy: remedy ?? "correct it" };
}

function pathOf(name: string, key: string): string {
    return `connectors.${name}${OWN_PATH[key] ?? `.config.${key}`}`;
}

function notChecked(connectors: ChangedConnector[], why: string): string {
    return `not checked by a live worker: ${connectors.map(({ name }) => name).join(", ")} (${why})`;
}

/** Values of the secrets in the config, which no text may show. */
function givenSecrets(): Record<string, string> {
    const text = pulumi.runtime.allConfig()[`${pulumi.getProject()}:secrets`];
    return text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
}
