import { InvalidArgumentError } from "@commander-js/extra-typings";

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads `10m`, or a time in a format of Date.
 *
 * @param now ms since 1970.
 * @returns seconds since 1970, as the Docker engine takes them.
 * @throws InvalidArgumentError for another text.
 */
export function readSince(text: string, now = Date.now()): string {
    const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
    const isDate = /^\d{4}-\d\d-\d\d/.test(text);
    const time = isDate ? Date.parse(text) / 1000 : now / 1000 - Number(count) * (UNIT_SECONDS[unit] ?? NaN);
    if (Number.isNaN(time)) {
        throw new InvalidArgumentError("It must be an age (30s, 10m, 2h, 1d) or a time such as 2026-01-31T12:00:00Z.");
    }
    return String(Math.max(0, time));
}
