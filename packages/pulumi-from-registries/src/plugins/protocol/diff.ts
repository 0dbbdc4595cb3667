import { Field, Fields } from "./schema";
import { containsUnknown, isObject, Properties, Value } from "./values";

/** A change that an update makes. */
export interface Change {
    /** Property path, such as `ports[0].external`. */
    path: string;
    kind: "add" | "delete" | "update";
    /** Whether it replaces the resource. */
    replace: boolean;
}

/**
 * The changes from the state `olds` to the inputs `news`. As in the released plugins, an empty value equals a missing one,
 * and a value that the engine chose itself is not a change.
 */
export function diffProperties(fields: Fields, olds: Properties, news: Properties): Change[] {
    return Object.entries(fields).flatMap(([name, field]) =>
        compare(field, olds[name], news[name], name).map((change) => ({ ...change, replace: field.replace === true })),
    );
}

type Difference = Omit<Change, "replace">;

function compare(field: Field, oldValue: Value, newValue: Value, path: string): Difference[] {
    const before = normalise(field, oldValue);
    if (containsUnknown(newValue)) return [{ path, kind: before === undefined ? "add" : "update" }];
    return compareNormal(field, before, normalise(field, newValue), path);
}

function compareNormal(field: Field, before: Value, after: Value, path: string): Difference[] {
    if (field.computed && after === undefined) return [];
    if (canonical(before) === canonical(after)) return [];
    if (before === undefined) return [{ path, kind: "add" }];
    if (after === undefined) return [{ path, kind: "delete" }];
    if (field.kind === "object") return compareObjects(field.fields, before, after, path);
    if (field.kind === "list" || field.kind === "set") return compareLists(field.item, before, after, path);
    return [{ path, kind: "update" }];
}

function compareObjects(fields: Fields, before: Value, after: Value, path: string): Difference[] {
    return Object.entries(fields).flatMap(([name, field]) =>
        compareNormal(field, member(before, name), member(after, name), `${path}.${name}`),
    );
}

function compareLists(item: Field, before: Value, after: Value, path: string): Difference[] {
    const [olds, news] = [before as Value[], after as Value[]];
    const length = Math.max(olds.length, news.length);
    return Array.from({ length }, (_, index) =>
        compareNormal(item, olds[index], news[index], `${path}[${index}]`),
    ).flat();
}

/** The value for the comparison: with defaults, without empty parts, sets sorted. */
function normalise(field: Field, value: Value): Value {
    const given = isEmpty(value) && typeof value !== "boolean" && typeof value !== "number" ? field.default : value;
    const result = normaliseNested(field, given);
    return isEmpty(result) ? undefined : result;
}

function normaliseNested(field: Field, value: Value): Value {
    if (field.kind === "object" && isObject(value)) {
        return Object.fromEntries(
            Object.entries(field.fields)
                .map(([name, nested]) => [name, normalise(nested, value[name])] as const)
                .filter(([, nested]) => nested !== undefined),
        );
    }
    if (field.kind === "list" && Array.isArray(value)) {
        // An empty string may be an argument of a command
        return value.map((item) => normaliseNested(field.item, item));
    }
    if (field.kind === "set" && Array.isArray(value)) {
        const items = value.map((item) => normalise(field.item, item));
        return items.sort((a, b) => order(field.item, a).localeCompare(order(field.item, b)));
    }
    return value;
}

/** The key by which items of a set are sorted. Values of the engine count last, so that old and new items match. */
function order(field: Field, value: Value): string {
    if (field.kind !== "object" || !isObject(value)) return canonical(value);
    const chosen = Object.entries(field.fields).filter(([, nested]) => nested.computed);
    const hidden = new Set(chosen.map(([name]) => name));
    const [own, computed] = partition(Object.entries(value), ([name]) => !hidden.has(name));
    return canonical(Object.fromEntries(own)) + canonical(Object.fromEntries(computed));
}

function partition<T>(items: T[], belongs: (item: T) => boolean): [T[], T[]] {
    return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

function member(value: Value, name: string): Value {
    return isObject(value) ? value[name] : undefined;
}

function isEmpty(value: Value): boolean {
    if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
    if (Array.isArray(value)) return value.length === 0;
    return isObject(value) && Object.keys(value).length === 0;
}

/** JSON with sorted keys. */
function canonical(value: Value): string {
    return (
        JSON.stringify(value, (_, nested: Value) =>
            isObject(nested)
                ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => a.localeCompare(b)))
                : nested,
        ) ?? ""
    );
}
