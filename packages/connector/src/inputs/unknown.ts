/** Pulumi's placeholder for a value that is not known before `up`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
    return value === UNKNOWN;
}

/** True when the value, or a part of it, is not known before `up`. */
export function hasUnknown(value: unknown): boolean {
    if (typeof value === "object" && value !== null) {
        return Object.values(value).some(hasUnknown);
    }
    return isUnknown(value);
}
