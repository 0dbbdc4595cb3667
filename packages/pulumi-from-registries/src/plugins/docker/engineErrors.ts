/** The Docker engine's own message in an error of its client. */
export function engineMessage(error: unknown): string {
    const { json, message } = error as { json?: { message?: string }; message?: string };
    return json?.message ?? message ?? String(error);
}

/** Whether the engine answered with one of these HTTP statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
    return statuses.includes((error as { statusCode?: number }).statusCode ?? 0);
}

/**
 * Awaits a request.
 * @throws Error with `what` and the engine's message.
 */
export async function attempt<T>(what: string, request: Promise<T>): Promise<T> {
    try {
        return await request;
    } catch (error) {
        throw new Error(`${what}: ${engineMessage(error)}`);
    }
}

/** The answer to a request; undefined when the object does not exist. */
export async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
    try {
        return await request;
    } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw new Error(engineMessage(error));
    }
}

/** Awaits the removal of an object that need not exist. */
export async function ignoreMissing(request: Promise<unknown>): Promise<void> {
    try {
        await request;
    } catch (error) {
        if (!hasStatus(error, 404)) throw error;
    }
}
