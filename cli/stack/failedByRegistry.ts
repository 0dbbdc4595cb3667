import { listConnectors } from "../../servers/connect";
import { CONNECTOR, type StackState } from "./state";

/**
 * The error that our converters end a task with: the registry has refused a schema, or has not answered for long. Each plugin has
 * the class in a package of its own.
 */
const REGISTRY_ERROR = /\bdev\.connectcdc\.(\w+\.)+RegistryError\b/;

/**
 * URNs of connectors of the state of which a task has FAILED because of the schema registry. One request to each worker; the first
 * answer counts. None when no worker answers.
 */
export async function findFailedByRegistry({ resources }: StackState): Promise<string[]> {
    const connectors = resources.filter(({ type }) => type === CONNECTOR);
    const restUrls = connectors[0]?.outputs?.["restUrls"];
    if (!Array.isArray(restUrls)) return [];
    try {
        const listed = await Promise.any(restUrls.map((url) => listConnectors(String(url))));
        const failed = listed
            .filter(({ status }) => status.tasks.some(({ trace }) => REGISTRY_ERROR.test(trace ?? "")))
            .map(({ status }) => status.name);
        return connectors.filter(({ inputs }) => failed.includes(String(inputs?.["name"]))).map(({ urn }) => urn);
    } catch {
        return [];
    }
}
