import { Field, Fields } from "./schema";
import { isObject, isUnknown, Properties, Value } from "./values";

/** A problem of one input of a resource. */
export interface Failure {
    property: string;
    reason: string;
}

/** All problems of `inputs`. An input that is not in `fields` is a problem, so that no input is ignored silently. */
export function checkProperties(type: string, fields: Fields, inputs: Properties): Failure[] {
    return checkFields(type, fields, inputs, "");
}

function checkFields(type: string, fields: Fields, values: Properties, prefix: string): Failure[] {
    const missing = Object.entries(fields)
        .filter(([name, field]) => field.required && (values[name] === undefined || values[name] === null))
        .map(([name]) => ({ property: prefix + name, reason: `${prefix}${name} is missing: ${type} requires it` }));
    const wrong = Object.entries(values).flatMap(([name, value]) => {
        // The engine's own entries, such as __defaults
        if (name.startsWith("__") || value === undefined || value === null) return [];
        const field = fields[name];
        if (field === undefined) return [unsupported(type, prefix + name)];
        return checkValue(type, field, value, prefix + name);
    });
    return [...missing, ...wrong];
}

function unsupported(property: string, path: string): Failure {
    return { property: path, reason: `property ${path} of ${property} is not supported by this build of the plugin` };
}

function checkValue(type: string, field: Field, value: Value, path: string): Failure[] {
    if (isUnknown(value)) return [];
    switch (field.kind) {
        case "any":
            return [];
        case "map":
            return isObject(value) ? [] : [wrongType(path, "a map", value)];
        case "list":
        case "set":
            if (!Array.isArray(value)) return [wrongType(path, "a list", value)];
            return value.flatMap((item, index) => checkValue(type, field.item, item, `${path}[${index}]`));
        case "object":
            if (!isObject(value)) return [wrongType(path, "an object", value)];
            return checkFields(type, field.fields, value, `${path}.`);
        default:
            return checkScalar(field, value, path);
    }
}

function checkScalar(field: Field, value: Value, path: string): Failure[] {
    if (typeof value !== field.kind) return [wrongType(path, `a ${field.kind}`, value)];
    if (field.pattern === undefined || field.pattern.test(String(value))) return [];
    return [{ property: path, reason: `${path} is "${String(value)}", but must match ${field.pattern.source}` }];
}

/** The message does not contain the value, which may be a secret. */
function wrongType(path: string, expected: string, value: Value): Failure {
    const found = Array.isArray(value) ? "a list" : `of type ${typeof value}`;
    return { property: path, reason: `${path} must be ${expected}, but is ${found}` };
}
