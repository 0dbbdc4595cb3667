import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { changeConnector, requireState, tasksBefore } from "./changeConnector";
import { isMasked, settingOf } from "./compare";
import type { ConnectorSpec, SettledConnector } from "./connectorSpec";
import { createConnector } from "./createConnector";
import { noteMissing } from "./deleteConnector";
import { differences } from "./fullConfig";
import { requirePlugin } from "./plugins";

/** What {@link updateConnector} cannot see on the cluster. */
export interface UpdateOptions {
    /** Keys that the server added to the config at the last write. */
    serverKeys?: readonly string[];
    /** The whole config of the last write, as far as it is known. */
    written?: Record<string, string>;
    /** Keys whose values are not known here and stay as they are on the cluster. */
    hidden?: readonly string[];
    /** True when a secret that the config refers to has changed: the tasks must read it again. */
    secretChanged?: boolean;
    /** Keys of `sensitiveConfig` to write. Whether the cluster has their values cannot be seen. */
    sensitiveDue?: readonly string[];
    /**
     * True when the config is not that of the last finished update. A killed update may have written it; before 3.7.1 the
     * tasks then still run with the old config.
     */
    configChanged?: boolean;
    /** Creates a connector that is gone from the cluster. Default: {@link createConnector}. */
    recreate?: () => Promise<SettledConnector>;
}

/**
 * Changes a connector to its declaration with as little disturbance as possible: a setting that does not differ is not
 * written. A connector that is gone is created again. A FAILED connector or task is restarted.
 *
 * @throws UnfinishedError when the connector was changed but is not in its state; any other error when nothing was done.
 */
export async function updateConnector(
    connectors: Connectors,
    declared: ConnectorSpec,
    options: UpdateOptions = {},
): Promise<SettledConnector> {
    await requireState(connectors, declared);
    // In parallel: during a rebalance each answer may take long
    const [existing, before] = await Promise.all([
        connectors.info(declared.name),
        tasksBefore(connectors, declared.name),
    ]);
    const { serverKeys = [], hidden = [], secretChanged = false, configChanged = false } = options;
    const spec = withLiveValues(declared, hidden, existing?.config);
    if (!existing) {
        noteMissing(connectors, spec.name);
        return (options.recreate ?? (() => createConnector(connectors, spec)))();
    }
    const differing = [...differences(spec, existing.config, options), ...(options.sensitiveDue ?? [])];
    if (existing.config["connector.class"] !== spec.class) {
        await requirePlugin(connectors, spec.class);
    }
    const { restartsTasksOnUpdate } = await connectors.abilities();
    const restart = secretChanged || (configChanged && !restartsTasksOnUpdate);
    return changeConnector(connectors, spec, before, { differing, restart, serverKeys });
}

/**
 * The declaration with the cluster's values for keys whose values are not known here.
 *
 * @param live config on the cluster. Default: the connector is not on the cluster.
 * @throws ConnectError when the cluster does not show a value.
 */
export function withLiveValues(
    spec: ConnectorSpec,
    hidden: readonly string[],
    live: Record<string, string> = {},
): ConnectorSpec {
    const values = hidden.map((key) => [key, settingOf(live, key)] as const);
    const unknown = values.filter(([, value]) => value === undefined || isMasked(value)).map(([key]) => key);
    if (unknown.length > 0) {
        throw new ConnectError(
            "refused",
            `config of connector "${spec.name}" cannot be written: ignoreChanges keeps ${unknown.join(", ")} as another user ` +
                "set it, and the cluster does not show the value now. Remove the key from ignoreChanges",
        );
    }
    return { ...spec, config: { ...spec.config, ...(Object.fromEntries(values) as Record<string, string>) } };
}
