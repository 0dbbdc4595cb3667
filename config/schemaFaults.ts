import { z } from "zod";
import { Fault, suggest } from "./fault";
import { isObject, Raw } from "./merge";

/**
 * What a schema finds wrong in a section, as faults: one for each path.
 * @param path config path of the section.
 * @param merged the section with defaults.
 * @param defaults the section's defaults.
 */
export function schemaFaults(
    error: z.ZodError,
    schema: z.ZodType,
    path: string,
    merged: unknown,
    defaults: unknown,
): Fault[] {
    const faults = error.issues.flatMap((issue) => {
        const keys = issue.path.map(String);
        const full = [path, ...keys].join(".");
        const value = valueAt(merged, keys);
        if (issue.code === "unrecognized_keys") {
            const known = keysOf(schemaAt(schema, keys));
            return issue.keys.map((key) => ({
                path: `${full}.${key}`,
                value: isObject(value) ? value[key] : undefined,
                rule: "is not known",
                remedy: suggest(key, known),
            }));
        }
        if (issue.code === "invalid_key") {
            return [{ path: full, value, rule: `its name ${issue.issues[0]!.message}`, remedy: "rename it" }];
        }

        const message = isUntold(issue) ? "must be an object" : issue.message;
        const rule = value === undefined ? `is missing; it ${message}` : message;
        return [{ path: full, value, rule, remedy: remedyFor(value, valueAt(defaults, keys)) }];
    });
    return [...new Map(faults.reverse().map((fault) => [fault.path, fault])).values()].reverse();
}

/** Of objects the schema library tells in words of its own. */
function isUntold(issue: z.core.$ZodIssue): boolean {
    return issue.code === "invalid_type" && issue.expected === "object";
}

function remedyFor(value: unknown, standard: unknown): string {
    if (typeof value === "string" && typeof standard === "number" && Number.isInteger(Number(value || NaN))) {
        return "write it without quotes";
    }
    if (standard === undefined || isObject(standard)) return value === undefined ? "set it" : "correct it";
    return `correct it, or leave it out for the default, ${JSON.stringify(standard)}`;
}

function valueAt(root: unknown, keys: string[]): unknown {
    return keys.reduce<unknown>((at, key) => (isObject(at) || Array.isArray(at) ? (at as Raw)[key] : undefined), root);
}

function schemaAt(schema: unknown, keys: string[]): unknown {
    return keys.reduce<unknown>((at, key) => {
        if (at instanceof z.ZodObject) return at.shape[key];
        return at instanceof z.ZodRecord ? at.valueType : undefined;
    }, schema);
}

function keysOf(schema: unknown): string[] {
    return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
