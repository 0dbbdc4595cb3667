import type { ConnectorSpec } from "./lifecycle";

/** All that Connect is told about a connector. */
export function fullConfig(
    spec: Pick<ConnectorSpec, "name" | "class" | "tasksMax" | "config">,
): Record<string, string> {
    return {
        ...spec.config,
        name: spec.name,
        "connector.class": spec.class,
        "tasks.max": String(spec.tasksMax),
    };
}
