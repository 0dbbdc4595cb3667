import { ConnectError } from "../client/errors";
import { abilitiesOf } from "../client/version";
import { passwordProblem } from "../inputs/checkInputs";
import { ConnectorInputs, specOf } from "../inputs/connectorInputs";
import { InputProblem } from "../inputs/rules";
import { settingOf } from "../lifecycle/compare";
import { fullConfig } from "../lifecycle/fullConfig";
import { isClass } from "../lifecycle/plugins";
import { CachedCluster, warnOnce } from "./cachedCluster";
import { converterDefinitions, LiveWorker, validateLive } from "./liveValidation";
import { suggest } from "./nearest";
import { BUDGET_SPENT, withinBudget } from "./timeBudget";
import { ConfigProblem, configProblems, NOT_DEFINED, typesOf } from "./validationProblems";

/** Result of the check of a connector's inputs by a worker. */
export interface LiveResult {
    problems: InputProblem[];
    /** Sentences about values that may be valid when the connector is written, or that could not be checked. */
    warnings: string[];
    /** Types of the defined settings by name. */
    types: Map<string, string>;
}

const NOTHING: LiveResult = { problems: [], warnings: [], types: new Map() };

/**
 * Lets a worker of the connector's cluster validate the config. If no worker listens there are no problems: the same run may
 * create the cluster.
 *
 * @param masked settings whose values are not sent: plain-text passwords, by their names.
 * @param isNew true when the connector does not exist yet.
 */
export async function checkLive(inputs: ConnectorInputs, masked: string[], isNew: boolean): Promise<LiveResult> {
    const cluster = CachedCluster.of(inputs);
    if (!cluster) {
        return NOTHING;
    }
    const { client } = cluster;
    let worker: LiveWorker;
    try {
        worker = await cluster.live();
    } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        return { ...NOTHING, warnings: error.kind === "unreachable" ? [] : warnOnce(notChecked(error.message)) };
    }
    const classes = worker.plugins.filter(({ type }) => ["source", "sink"].includes(type)).map((p) => p.class);
    if (!worker.plugins.some((plugin) => isClass(plugin, inputs.class))) {
        const near = suggest(inputs.class, classes).replace(/^(use one of|remove).*/, "");
        return { ...NOTHING, warnings: [notChecked(`${worker.restUrl} has no class ${inputs.class}. ${near}`)] };
    }
    const config = fullConfig(specOf(inputs));
    const sent = { ...config, ...Object.fromEntries(masked.map((key) => [key, "[hidden]"])) };
    const answers = await withinBudget((limitSeconds) => {
        const asked = cluster.open(limitSeconds).client;
        return Promise.all([
            validateLive(asked, worker.restUrl, [sent]),
            converterDefinitions(asked, worker.restUrl, config),
        ]);
    });
    if (!answers) {
        return { ...NOTHING, warnings: warnOnce(notChecked(BUDGET_SPENT)) };
    }
    const [[result], ofConverters] = answers;
    if (!result || "failed" in result) {
        return { ...NOTHING, warnings: [notChecked(result?.failed ?? "no answer")] };
    }
    const validation = { ...result.validation, configs: [...result.validation.configs, ...ofConverters] };
    const types = typesOf(validation.configs);
    const { sensitiveConfig = {} } = inputs;
    const problems = configProblems(validation, config, (text) => client.redact(text)).filter(
        // A masked value was not validated, and checkInputs has reported it
        ({ key, kind }) => !masked.includes(key) && !(kind === "password" && Object.hasOwn(sensitiveConfig, key)),
    );
    const problemOf = (problem: ConfigProblem) => inputProblem(problem, sensitiveConfig);
    return {
        problems: problems.filter(({ kind }) => kind === "config" || kind === "password").map(problemOf),
        warnings: [
            ...(isNew ? startWarnings(inputs, worker) : []),
            ...problems
                .filter(({ kind }) => kind === "transient" || kind === "unknown")
                .map((problem) => `${problemOf(problem).reason}${problem.kind === "transient" ? MAY_PASS : ""}`),
        ],
        types,
    };
}

const MAY_PASS = " (at the moment; it may be valid when the connector is written)";

/** A connector that runs for a moment may have effects: a source may begin its snapshot. */
function startWarnings({ state }: ConnectorInputs, { restUrl, version }: LiveWorker): string[] {
    const { stop, initialState } = abilitiesOf(version);
    if (initialState || state === "running" || (state === "stopped" && !stop)) {
        return [];
    }
    return [
        `it runs for a moment before it is ${state}: ${restUrl} runs Kafka Connect ${version}, and a connector can be created ` +
            `${state} from 3.7 on`,
    ];
}

function notChecked(why: string): string {
    return `no worker checked its config: ${why.trim()}`;
}

function inputProblem({ key, text, remedy, kind }: ConfigProblem, sensitiveConfig: object): InputProblem {
    if (kind === "password") return passwordProblem(key);
    const argument = Object.hasOwn(sensitiveConfig, key) ? "sensitiveConfig" : "config";
    const property = settingOf(PROPERTY, key) ?? `${argument}["${key}"]`;
    const reason = text === NOT_DEFINED ? `${property} ${text}` : `${property}: Connect reports: ${text}`;
    return { property, reason: remedy === undefined ? reason : `${reason}; ${remedy}` };
}

const PROPERTY: Record<string, string> = { name: "name", "connector.class": "class", "tasks.max": "tasksMax" };
