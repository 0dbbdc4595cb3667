import { Field, object, setOf, text } from "../protocol/schema";
import { Value } from "../protocol/values";

/** The property for labels, in the form of the SDK. */
export const labelsField: Field = setOf(object({ label: text({ required: true }), value: text({ required: true }) }), {
    replace: true,
});

/** Labels in the form of the engine. */
export function toLabels(labels: Value): Record<string, string> | undefined {
    const entries = (labels ?? []) as { label: string; value: string }[];
    return entries.length === 0 ? undefined : Object.fromEntries(entries.map(({ label, value }) => [label, value]));
}

/** Labels in the form of the state. */
export function fromLabels(labels: Record<string, string> | null | undefined): Value {
    const entries = Object.entries(labels ?? {});
    return entries.length === 0 ? undefined : entries.map(([label, value]) => ({ label, value }));
}
