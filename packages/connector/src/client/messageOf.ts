/** The message of anything thrown. For a failed connection to several addresses: that of the first address. */
export function messageOf(error: unknown): string {
    if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);

    return error instanceof Error ? error.message : String(error);
}
