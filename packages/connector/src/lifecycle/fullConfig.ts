import { ComparedWith, differingKeys } from "./compare";
import type { ConnectorSpec } from "./connectorSpec";

type Declaration = Pick<ConnectorSpec, "name" | "class" | "tasksMax" | "config" | "sensitiveConfig">;

/** The whole config of a connector, as it is written to Connect. */
export function fullConfig(spec: Declaration): Record<string, string> {
    return {
        ...spec.config,
        ...spec.sensitiveConfig,
        name: spec.name,
        "connector.class": spec.class,
        "tasks.max": String(spec.tasksMax),
    };
}

/**
 * Keys in which a connector's live config differs from the declared one: see `differingKeys`. `sensitiveConfig` is ignored: only
 * a comparison with the previous inputs shows whether it has changed.
 */
export function differences(
    { sensitiveConfig = {}, ...spec }: Declaration,
    live: Record<string, string>,
    { serverKeys = [], written }: ComparedWith = {},
): string[] {
    const unseen = [...serverKeys, ...Object.keys(sensitiveConfig)];
    return differingKeys(fullConfig(spec), live, { serverKeys: unseen, written });
}
