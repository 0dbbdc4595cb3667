import { type ConnectorConfigs, differingKeys, fullConfig, readConnectorConfigs } from "@connect-cdc/connector/client";
import type { Problem } from "../config/problem";
import type { PlatformConfig } from "../config/schema";
import { connectorName } from "../connectors/completeConnector";
import { restUrlsOf } from "../connectors/endpoints";
import type { Definitions } from "../images/staging/contract";

/** Staging goes on meanwhile, so that only a worker that hangs costs time. */
const GLANCE_MS = 4000;

/** What the stack's own workers say of the connectors. */
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

/** Looks at the stack's own workers, if there are any yet. Never throws. */
export function glanceAtWorkers(config: PlatformConfig): Promise<ConnectorConfigs> {
    return readConnectorConfigs(restUrlsOf(config), GLANCE_MS);
}

/**
 * What live workers find in the connectors whose config is not the one they have. A worker is asked where it is of the
 * version, and has the plugins, that this program is about to bring; elsewhere `definitions.json` has told all there is.
 *
 * @param known problems found so far: what has one is not said again.
 */
export async function liveProblems(
    config: PlatformConfig,
    glance: ConnectorConfigs,
    definitions: Definitions,
    known: Problem[],
): Promise<LiveProblems> {
    if (glance.restUrl === undefined) {
        const silent = "no worker answers, though something listens at its port: connectors were not checked live";
        return { problems: [], notes: glance.hung ? [silent] : [] };
    }
    const changed = changedConnectors(config, glance.configs);
    if (changed.length === 0) return { problems: [], notes: [] };
    // The client takes longer to load than an unchanged run has to spare
    const { askWorker } = await import("./askWorker.js");
    return askWorker(glance.restUrl, changed, { kafkaVersion: config.kafka.version, definitions, known });
}

/**
 * Names of the connectors that are to run and that the workers have as the config declares them. Undefined: no worker tells.
 */
export function keptConnectors(config: PlatformConfig, glance: ConnectorConfigs): string[] | undefined {
    if (glance.restUrl === undefined) return undefined;
    const changed = new Set(changedConnectors(config, glance.configs).map(({ name }) => name));
    return config.completedConnectors
        .filter(({ name, entry }) => entry.state === "running" && !changed.has(name))
        .map(({ name, entry }) => connectorName(name, entry));
}

function changedConnectors(config: PlatformConfig, live: Record<string, Record<string, string>>): ChangedConnector[] {
    return config.completedConnectors
        .map(({ name, entry, config: settings }) => {
            const onCluster = { ...entry, name: connectorName(name, entry), config: settings };
            return { name, config: fullConfig(onCluster) };
        })
        .filter((connector) => differingKeys(connector.config, live[connector.config["name"]!] ?? {}).length > 0);
}
