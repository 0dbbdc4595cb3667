const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** Shown for a number that is not known. */
export const UNKNOWN_NUMBER = "–";

/** `1,234`, and from 100,000 on `1.2M`. */
export function countText(count: number | undefined): string {
    return count === undefined ? UNKNOWN_NUMBER : (count < 100_000 ? grouped : compact).format(count);
}

/** A rate per second: with one decimal below 10, so that a row every few seconds is not shown as 0. */
export function rateText(perSecond: number | undefined): string {
    return perSecond !== undefined && perSecond < 9.95
        ? String(Math.round(perSecond * 10) / 10)
        : countText(perSecond === undefined ? undefined : Math.round(perSecond));
}

/** `56 B`, `1.2 KiB`, `3.4 GiB`. */
export function bytesText(bytes: number): string {
    const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 4);
    const value = bytes / 1024 ** power;
    return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
}

/** `1 worker`, `3 workers`. */
export function plural(count: number | undefined, noun: string): string {
    return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `45 s`, `3 min`, `2 h 5 min`. */
export function durationText(ms: number): string {
    const seconds = Math.round(ms / 1000);
    if (seconds < 120) return `${seconds} s`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 120) return `${minutes} min`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
