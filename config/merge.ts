import { isObject } from "@connect-cdc/connector/checks";
import type { Problem } from "./problem";

/** An object as it comes from YAML. */
export type Raw = Record<string, unknown>;

/**
 * Objects merge deeply, lists and scalars replace, `null` removes.
 * @param problems takes each `null` that removes nothing.
 * @param path where in the config this is.
 */
export function mergeOver(base: unknown, over: unknown, problems: Problem[], path = ""): unknown {
    if (!isObject(over)) return over;
    const result: Raw = isObject(base) ? { ...base } : {};
    for (const [key, value] of Object.entries(over)) {
        const inner = path === "" ? key : `${path}.${key}`;
        if (value !== null) {
            result[key] = mergeOver(result[key], value, problems, inner);
        } else if (key in result) {
            delete result[key];
        } else {
            problems.push({ path: inner, value, rule: "removes nothing: there is no default", remedy: "leave it out" });
        }
    }
    return result;
}
