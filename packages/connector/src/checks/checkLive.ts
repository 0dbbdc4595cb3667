import { ConnectError } from "../client/errors";
import { ConnectorInputs, InputFault, passwordFault, specOf } from "../inputs/connectorInputs";
import { settingOf } from "../lifecycle/compare";
import { fullConfig } from "../lifecycle/fullConfig";
import { CheckedCluster, saidOnce } from "./cachedCluster";
import { converterDefinitions, LiveWorker, validateLive } from "./liveValidation";
import { suggest } from "./nearest";
import { NO_PATIENCE, withPatience } from "./timeBudget";
import { isClass } from "../lifecycle/plugins";
import { abilitiesOf } from "../client/version";
import { Finding, findingsOf, typesOf } from "./validationProblems";

/** What a live cluster finds in a connector's inputs. */
export interface LiveVerdict {
    faults: InputFault[];
    /** Sentences on what may be right when the connector is written, or could not be checked. */
    warnings: string[];
    /** Types of the settings that the connector's definitions tell of, by name. */
    types: Map<string, string>;
}

const NOTHING: LiveVerdict = { faults: [], warnings: [], types: new Map() };

/**
 * Asks the connector's cluster what it finds in the config. Where no worker listens nothing is said: the cluster may be
 * made by the same run.
 *
 * @param masked settings whose values are to stay here: passwords in the clear, by their names.
 * @param isNew true when the connector is to be created.
 */
export async function checkLive(inputs: ConnectorInputs, masked: string[], isNew: boolean): Promise<LiveVerdict> {
    const cluster = CheckedCluster.of(inputs);
    if (!cluster) {
        return NOTHING;
    }
    const { client } = cluster;
    let worker: LiveWorker;
    try {
        worker = await cluster.live();
    } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        return { ...NOTHING, warnings: error.kind === "unreachable" ? [] : saidOnce(notChecked(error.message)) };
    }
    const classes = worker.plugins.filter(({ type }) => ["source", "sink"].includes(type)).map((p) => p.class);
    if (!worker.plugins.some((plugin) => isClass(plugin, inputs.class))) {
        const near = suggest(inputs.class, classes).replace(/^(there are|remove).*/, "");
        return { ...NOTHING, warnings: [notChecked(`${worker.restUrl} has no class ${inputs.class}. ${near}`)] };
    }
    const config = fullConfig(specOf(inputs));
    const sent = { ...config, ...Object.fromEntries(masked.map((key) => [key, "[hidden]"])) };
    const told = await withPatience((limitSeconds) => {
        const asked = cluster.open(limitSeconds).client;
        return Promise.all([
            validateLive(asked, worker.restUrl, [sent]),
            converterDefinitions(asked, worker.restUrl, config),
        ]);
    });
    if (!told) {
        return { ...NOTHING, warnings: saidOnce(notChecked(NO_PATIENCE)) };
    }
    const [[result], ofConverters] = told;
    if (!result || "failed" in result) {
        return { ...NOTHING, warnings: [notChecked(result?.failed ?? "no answer")] };
    }
    const validation = { ...result.validation, configs: [...result.validation.configs, ...ofConverters] };
    const types = typesOf(validation.configs);
    const { sensitiveConfig = {} } = inputs;
    const findings = findingsOf(validation, config, (text) => client.redact(text)).filter(
        // Of a masked value nothing is known, and checkInputs has told of it
        ({ key, kind }) => !masked.includes(key) && !(kind === "password" && Object.hasOwn(sensitiveConfig, key)),
    );
    const faultOf = (finding: Finding) => inputFault(finding, sensitiveConfig);
    return {
        faults: findings.filter(({ kind }) => kind === "config" || kind === "password").map(faultOf),
        warnings: [
            ...(isNew ? startWarnings(inputs, worker) : []),
            ...findings
                .filter(({ kind }) => kind === "passing" || kind === "unknown")
                .map((finding) => `${faultOf(finding).reason}${finding.kind === "passing" ? MAY_PASS : ""}`),
        ],
        types,
    };
}

const MAY_PASS = " (as things are now; it may be right when the connector is written)";

/** A connector that is not to run may have effects in the moment in which it does: a source may begin its snapshot. */
function startWarnings({ state }: ConnectorInputs, { restUrl, version }: LiveWorker): string[] {
    const { stop, initialState } = abilitiesOf(version);
    if (initialState || state === "running" || (state === "stopped" && !stop)) {
        return [];
    }
    const rest = `it runs for a moment before it is ${state}`;
    return [
        `${rest}: ${restUrl} is Kafka Connect ${version}, and only from 3.7 on a connector can be created ${state}`,
    ];
}

function notChecked(why: string): string {
    return `its config was not checked by a live worker: ${why.trim()}`;
}

function inputFault({ key, says, remedy, kind }: Finding, sensitiveConfig: object): InputFault {
    if (kind === "password") return passwordFault(key);
    const argument = Object.hasOwn(sensitiveConfig, key) ? "sensitiveConfig" : "config";
    const property = settingOf(PROPERTY, key) ?? `${argument}["${key}"]`;
    const reason = `${property}: ${kind === "unknown" || says.startsWith("is no") ? says : `Connect says: ${says}`}`;
    return { property, reason: remedy === undefined ? reason : `${reason}; ${remedy}` };
}

const PROPERTY: Record<string, string> = { name: "name", "connector.class": "class", "tasks.max": "tasksMax" };
