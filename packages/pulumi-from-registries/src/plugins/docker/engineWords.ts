/** What the Docker engine said, without the client's decoration. */
export function engineWords(error: unknown): string {
    const { json, message } = error as { json?: { message?: string }; message?: string };
    return json?.message ?? message ?? String(error);
}

/** Whether the engine answered with this HTTP status. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
    return statuses.includes((error as { statusCode?: number }).statusCode ?? 0);
}

/** Runs one request; a failure names what was attempted before the engine's own words. */
export async function attempt<T>(what: string, request: Promise<T>): Promise<T> {
    try {
        return await request;
    } catch (error) {
        throw new Error(`${what}: ${engineWords(error)}`);
    }
}

/** The answer, or `undefined` when the engine does not know the object. */
export async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
    try {
        return await request;
    } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw new Error(engineWords(error));
    }
}

/** For removals: what is gone already needs none. */
export async function ignoreMissing(request: Promise<unknown>): Promise<void> {
    try {
        await request;
    } catch (error) {
        if (!hasStatus(error, 404)) throw error;
    }
}
