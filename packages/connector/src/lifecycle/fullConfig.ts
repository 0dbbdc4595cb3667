import { ComparedWith, differingKeys } from "./compare";
import type { ConnectorSpec } from "./createConnector";

type Told = Pick<ConnectorSpec, "name" | "class" | "tasksMax" | "config" | "sensitiveConfig">;

/** All that Connect is told about a connector. */
export function fullConfig(spec: Told): Record<string, string> {
    return {
        ...spec.config,
        ...spec.sensitiveConfig,
        name: spec.name,
        "connector.class": spec.class,
        "tasks.max": String(spec.tasksMax),
    };
}

/**
 * Keys in which a connector's live config differs from the declared one, as `differingKeys` has it. What a server shows of
 * `sensitiveConfig` says nothing: whether that has changed, only the inputs of before can tell.
 */
export function differences(
    { sensitiveConfig = {}, ...spec }: Told,
    live: Record<string, string>,
    { serverKeys = [], written }: ComparedWith = {},
): string[] {
    const unseen = [...serverKeys, ...Object.keys(sensitiveConfig)];
    return differingKeys(fullConfig(spec), live, { serverKeys: unseen, written });
}
