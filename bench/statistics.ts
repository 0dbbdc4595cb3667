/** The middle of the sorted values, or the mean of the two values in the middle. */
export function median(values: number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
    if (low === undefined || high === undefined) throw new Error("no values, no median");

    return (low + high) / 2;
}

/** "12.3 12.1 14.0": all measurements, as a median does not show how much they vary. */
export function listSeconds(values: number[]): string {
    return values.map((value) => value.toFixed(1)).join(" ");
}

/** The smallest of the values that `percent` of them do not exceed. */
export function percentile(values: number[], percent: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
    if (value === undefined) throw new Error("no values, no percentile");

    return value;
}
