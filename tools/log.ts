/** Prints one line of progress. */
export type Log = (line: string) => void;

/** Writes progress to stderr, because another program may read the stdout of a command. */
export const logToStderr: Log = (line) => {
    process.stderr.write(`${line}\n`);
};

/** For commands whose progress is their result. */
export const logToStdout: Log = (line) => {
    process.stdout.write(`${line}\n`);
};

/**
 * Runs a step that takes long. Prints its begin, the time so far every 20 s (after a minute every 60 s), and its total time.
 *
 * @param limitSeconds limit to print with the time so far. The step itself has to keep it.
 */
export async function step<T>(log: Log, what: string, action: () => Promise<T>, limitSeconds?: number): Promise<T> {
    const started = Date.now();
    const elapsed = () => (Date.now() - started) / 1000;
    const limit = limitSeconds === undefined ? "" : ` of at most ${limitSeconds} s`;
    let timer: NodeJS.Timeout;
    const remind = () => {
        timer = setTimeout(
            () => {
                log(`${what}: ${elapsed().toFixed(0)} s${limit} so far`);
                remind();
            },
            (elapsed() < 60 ? 20 : 60) * 1000,
        );
    };
    log(`${what} ...`);
    remind();
    try {
        const result = await action();
        log(`${what}: done in ${elapsed().toFixed(1)} s`);
        return result;
    } finally {
        clearTimeout(timer!);
    }
}
