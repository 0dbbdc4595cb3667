import { isObject } from "@connect-cdc/connector/checks";
import { Fault } from "./fault";

// config.ts, which imports no room but this one, asks it, too
export { isObject };

/** An object as it comes from YAML. */
export type Raw = Record<string, unknown>;

/**
 * Objects merge deeply, lists and scalars replace, `null` removes.
 * @param faults takes each `null` that removes nothing.
 * @param path where in the config this is.
 */
export function mergeOver(base: unknown, over: unknown, faults: Fault[], path = ""): unknown {
    if (!isObject(over)) return over;
    const result: Raw = isObject(base) ? { ...base } : {};
    for (const [key, value] of Object.entries(over)) {
        const inner = path === "" ? key : `${path}.${key}`;
        if (value !== null) result[key] = mergeOver(result[key], value, faults, inner);
        else if (key in result) delete result[key];
        else faults.push({ path: inner, value, rule: "removes nothing: no default is there", remedy: "leave it out" });
    }
    return result;
}
