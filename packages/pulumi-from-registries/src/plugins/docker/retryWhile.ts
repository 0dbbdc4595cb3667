import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MILLISECONDS = 500;
/** The limit of the released plugin for the removal of an object in use. */
const LIMIT_MILLISECONDS = 30_000;

/** Repeats `action` while it fails with an error that `mayPass` accepts, for 30 s at most. */
export async function retryWhile<T>(mayPass: (error: unknown) => boolean, action: () => Promise<T>): Promise<T> {
    const end = Date.now() + LIMIT_MILLISECONDS;
    for (;;) {
        try {
            return await action();
        } catch (error) {
            if (!mayPass(error) || Date.now() > end) throw error;
        }
        await sleep(PAUSE_MILLISECONDS);
    }
}
