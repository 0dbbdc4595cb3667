/** What every field may say of itself. */
interface Flags {
    /** It must be given. */
    required?: boolean;
    /** A change of it needs a new resource. */
    replace?: boolean;
    /** When it is not given, the engine chooses, and that choice is no change. */
    computed?: boolean;
    /** What holds when it is not given. */
    default?: string | number | boolean;
    /** The values it may take. */
    pattern?: RegExp;
}

/** The type of one property of a resource. */
export type Field = Flags &
    (
        | { kind: "string" | "number" | "boolean" | "any" | "map" }
        | { kind: "list"; item: Field }
        /** As a list, but the order of its items says nothing. */
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
