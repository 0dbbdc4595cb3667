/*
 * Rules for the inputs of resources. A schema library is not used: loading zod takes 30 to 40 ms in each run, as long as loading
 * the whole provider, and every rule needs its own message, most of them without the value, which may be a secret.
 */
import { withoutUserInfo } from "../client/redact";
import { isObject } from "../isObject";
import { isUnknown } from "./unknown";

/** A problem of one input. */
export interface InputProblem {
    /** Path of the input: `config["tasks.max"]`. */
    property: string;
    /** The problem and its remedy. Names the property. */
    reason: string;
    /**
     * The sign of a plain-text password: `name` of the setting, which the plugin's definition can refute, or its `value`.
     */
    passwordBy?: "name" | "value";
}

/** Checks one input. A value that is not known yet is valid. */
export type Rule = (value: unknown, property: string) => InputProblem[];

/** @param text the problem, without the property. */
export function problem(property: string, text: string): InputProblem {
    return { property, reason: `${property} ${text}` };
}

/** A rule for one value, which the message shows. */
export function mustBe(text: string, isValid: (value: unknown) => boolean): Rule {
    return (value, property) => {
        if (isUnknown(value) || isValid(value)) {
            return [];
        }
        const found = value === undefined ? "is missing" : `is ${withoutUserInfo(JSON.stringify(value))}`;
        return [problem(property, `${found}; it must be ${text}`)];
    };
}

/** A rule for one value that may be, or contain, a secret. The message does not show it. */
export function secretMustBe(text: string, isValid: (value: unknown) => boolean): Rule {
    return (value, property) => (isUnknown(value) || isValid(value) ? [] : [problem(property, `must be ${text}`)]);
}

/** One of these values, or none. */
export function oneOf(...allowed: string[]): Rule {
    return optional(mustBe(allowed.join(" or "), (value) => allowed.includes(value as string)));
}

export function optional(rule: Rule): Rule {
    return (value, property) => (value === undefined ? [] : rule(value, property));
}

/**
 * An object with these fields and no others. The message does not show values.
 *
 * @param text the rule for the object itself.
 * @param moreRules rules across fields.
 */
export function objectOf(
    text: string,
    fields: Record<string, Rule>,
    moreRules: (value: Record<string, unknown>, property: string) => InputProblem[] = () => [],
): Rule {
    const known = Object.keys(fields);
    return (value, property) => {
        if (isUnknown(value)) {
            return [];
        }
        if (!isObject(value)) {
            return [problem(property, `must be ${text}`)];
        }
        const others = Object.keys(value).filter((key) => !known.includes(key));
        return [
            ...others.map((key) => problem(`${property}.${key}`, `is not known; use one of: ${known.join(", ")}`)),
            ...Object.entries(fields).flatMap(([key, rule]) => rule(value[key], `${property}.${key}`)),
            ...moreRules(value, property),
        ];
    };
}

/** A text that is not blank. */
export function isText(value: unknown): value is string {
    return typeof value === "string" && value.trim() !== "";
}
