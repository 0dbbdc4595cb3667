import { rowsInSet, type TypeColumn, typeColumns } from "./typesTable";

export type Row = Record<string, unknown>;

/** A row of `selectExpected`. */
export type ExpectedRow = Row & { id: number };

/** Columns whose field in this row is known, with its expected value. */
function comparable({ id, ...expected }: ExpectedRow): { column: TypeColumn; text: string | null }[] {
    return typeColumns
        .filter(({ name, streamedOnly }) => name in expected && !(streamedOnly && id <= rowsInSet))
        .map((column) => ({ column, text: expected[column.name] as string | null }));
}

/** Where text, or a structure's JSON, is not what was found. */
function matches({ precision }: TypeColumn, expected: string | null, found: unknown): boolean {
    if (expected === null || found === null || found === undefined) return expected === found;
    if (precision !== undefined) return Object.is(numberOf(expected, precision), numberOf(String(found), precision));
    return expected === found || isSame(structure(expected), typeof found === "string" ? structure(found) : found);
}

function numberOf(text: string, precision: "single" | "double"): number {
    return precision === "single" ? Math.fround(Number(text)) : Number(text);
}

function structure(text: string): unknown {
    try {
        return /^[[{]/.test(text) ? JSON.parse(text) : text;
    } catch {
        return text;
    }
}

/** Compares without regard to numbers' types: XML has text only. */
function isSame(expected: unknown, found: unknown): boolean {
    if (typeof expected === "number") return Number(found) === expected;
    if (typeof expected === "boolean") return String(found) === String(expected);
    if (typeof expected !== "object" || expected === null) return expected === found;
    if (Object.keys(expected).length === 0) return found === "" || Object.keys(found as object).length === 0;
    if (typeof found !== "object" || found === null) return false;
    const keys = Object.keys(expected);
    return (
        keys.length === Object.keys(found).length &&
        keys.every((name) => isSame((expected as Row)[name], (found as Row)[name]))
    );
}

/**
 * The columns of a row of the types table that differ, each as a line.
 *
 * @param found the fields by column.
 * @param asFound how a text looks where it was found. Default: as it is.
 */
export function differences(
    row: ExpectedRow,
    found: Row | undefined,
    asFound: (text: string) => string = (text) => text,
): string[] {
    return comparable(row)
        .map(({ column, text }) => ({ column, text: text === null ? null : asFound(text) }))
        .filter(({ column, text }) => !matches(column, text, found?.[column.name]))
        .map(({ column, text }) => {
            const value = JSON.stringify(found?.[column.name]);
            return `row ${row.id}, ${column.name}: ${value} instead of ${JSON.stringify(text)}`;
        });
}
