/** Attributes of a field of any type. */
interface Flags {
    /** Whether a value is required. */
    required?: boolean;
    /** Whether a change replaces the resource. */
    replace?: boolean;
    /** Whether the engine chooses a missing value. That value is not a change. */
    computed?: boolean;
    /** The value of a missing property. */
    default?: string | number | boolean;
    /** Pattern of valid values. */
    pattern?: RegExp;
}

/** The type of one property of a resource. */
export type Field = Flags &
    (
        | { kind: "string" | "number" | "boolean" | "any" | "map" }
        | { kind: "list"; item: Field }
        /** A list whose order does not matter. */
        | { kind: "set"; item: Field }
        | { kind: "object"; fields: Fields }
    );

export type Fields = { [name: string]: Field };

export const text = (flags: Flags = {}): Field => ({ ...flags, kind: "string" });
export const number = (flags: Flags = {}): Field => ({ ...flags, kind: "number" });
export const flag = (flags: Flags = {}): Field => ({ ...flags, kind: "boolean" });
export const any = (flags: Flags = {}): Field => ({ ...flags, kind: "any" });
export const map = (flags: Flags = {}): Field => ({ ...flags, kind: "map" });
export const listOf = (item: Field, flags: Flags = {}): Field => ({ ...flags, kind: "list", item });
export const setOf = (item: Field, flags: Flags = {}): Field => ({ ...flags, kind: "set", item });
export const object = (fields: Fields, flags: Flags = {}): Field => ({ ...flags, kind: "object", fields });
