import {
    authOf,
    type ConnectAuth,
    type ConnectorConfigs,
    differingKeys,
    fullConfig,
    readConnectorConfigs,
} from "@connect-cdc/connector/client";
import type { Problem } from "../config/problem";
import type { PlatformConfig } from "../config/schema";
import { connectorName } from "../connectors/completeConnector";
import { restUrlsOf } from "../connectors/endpoints";
import type { Definitions } from "../images/staging/contract";
import type { LastUpdate } from "./lastOutputs";
import type { ChangedConnector, LiveProblems } from "./liveValidation";

/** Runs beside staging, so that only a worker that hangs takes time. */
const LIMIT_MS = 4000;

/** Reads the connectors of the stack's own workers, if there are any. Never throws. */
export function readWorkers(config: PlatformConfig, last: LastUpdate | undefined): Promise<ConnectorConfigs> {
    // Workers with TLS have other ports
    return readConnectorConfigs(last?.credentials ? last.restUrls : restUrlsOf(config), LIMIT_MS, workerAuth(last));
}

/** Credentials for the workers as they run now. */
export function workerAuth(last: LastUpdate | undefined): ConnectAuth | undefined {
    return last?.credentials && authOf(last.credentials);
}

/**
 * Problems that live workers find in connectors with a new config. Only workers with the Kafka version and the plugins of
 * this program validate; for others `definitions.json` has all that is known.
 *
 * @param kafkaVersion version of Kafka in this program.
 * @param changed what {@link changedConnectors} found.
 * @param known problems so far; their values are not sent to a worker when they are hidden.
 * @param auth credentials for the workers. Default: none.
 */
export async function liveProblems(
    kafkaVersion: string,
    workers: ConnectorConfigs,
    changed: ChangedConnector[],
    definitions: Definitions,
    known: Problem[],
    auth?: ConnectAuth,
): Promise<LiveProblems> {
    if (workers.restUrl === undefined) {
        const silent = "no worker answers, though something listens at its port: connectors were not checked live";
        return { problems: [], notes: workers.hung ? [silent] : [] };
    }
    if (changed.length === 0) return { problems: [], notes: [] };
    // The client takes longer to load than an unchanged run has to spare
    const { validateByWorker } = await import("./liveValidation.js");
    return validateByWorker(workers.restUrl, changed, { kafkaVersion, definitions, known, auth });
}

/**
 * Names of the connectors that run and that the workers have as declared. Undefined: no worker answers.
 */
export function keptConnectors(
    { completedConnectors }: PlatformConfig,
    workers: ConnectorConfigs,
    changed: ChangedConnector[],
): string[] | undefined {
    if (workers.restUrl === undefined) return undefined;
    const names = new Set(changed.map(({ name }) => name));
    return completedConnectors
        .filter(({ name, entry }) => entry.state === "running" && !names.has(name))
        .map(({ name, entry }) => connectorName(name, entry));
}

/** Connectors whose declared config is not the one that the workers have. All of them when no worker answers. */
export function changedConnectors(
    { completedConnectors }: PlatformConfig,
    workers: ConnectorConfigs,
): ChangedConnector[] {
    const live = workers.restUrl === undefined ? {} : workers.configs;
    return completedConnectors
        .map(({ name, entry, config: settings }) => {
            const onCluster = { ...entry, name: connectorName(name, entry), config: settings };
            return { name, config: fullConfig(onCluster) };
        })
        .filter((connector) => differingKeys(connector.config, live[connector.config["name"]!] ?? {}).length > 0);
}
