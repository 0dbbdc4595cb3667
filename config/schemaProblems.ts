import { isObject } from "@connect-cdc/connector/checks";
import { z } from "zod";
import type { Raw } from "./merge";
import { Problem, suggest } from "./problem";

/**
 * Problems that a schema finds in a section, one for each path.
 * @param path config path of the section.
 * @param merged the section with defaults.
 * @param defaults the section's defaults.
 */
export function schemaProblems(
    error: z.ZodError,
    schema: z.ZodType,
    path: string,
    merged: unknown,
    defaults: unknown,
): Problem[] {
    const problems = error.issues.flatMap((issue) => {
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

        const message = hasLibraryMessage(issue) ? "must be an object" : issue.message;
        const rule = value === undefined ? `is missing; it ${message}` : message;
        return [{ path: full, value, rule, remedy: remedyFor(value, valueAt(defaults, keys)) }];
    });
    return [...new Map(problems.reverse().map((problem) => [problem.path, problem])).values()].reverse();
}

/** The schema library has its own message for a value that must be an object. */
function hasLibraryMessage(issue: z.core.$ZodIssue): boolean {
    return issue.code === "invalid_type" && issue.expected === "object";
}

function remedyFor(value: unknown, defaultValue: unknown): string {
    if (typeof value === "string" && typeof defaultValue === "number" && Number.isInteger(Number(value || NaN))) {
        return "write it without quotes";
    }
    if (defaultValue === undefined || isObject(defaultValue)) return value === undefined ? "set it" : "correct it";
    return `correct it, or leave it out for the default, ${JSON.stringify(defaultValue)}`;
}

function valueAt(root: unknown, keys: string[]): unknown {
    return keys.reduce<unknown>((at, key) => (isObject(at) || Array.isArray(at) ? (at as Raw)[key] : undefined), root);
}

function schemaAt(schema: unknown, keys: string[]): unknown {
    return keys.reduce<unknown>((wrapped, key) => {
        const at = wrapped instanceof z.ZodOptional ? wrapped.unwrap() : wrapped;
        if (at instanceof z.ZodObject) return at.shape[key];
        return at instanceof z.ZodRecord ? at.valueType : undefined;
    }, schema);
}

function keysOf(schema: unknown): string[] {
    return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
