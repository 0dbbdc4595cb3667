/** Takes one line that tells the user what is being done. */
export type Log = (line: string) => void;

/** Progress goes to stderr: a command's stdout may be meant for another program. */
export const logToStderr: Log = (line) => {
    process.stderr.write(`${line}\n`);
};

/** For commands whose progress is their result. */
export const logToStdout: Log = (line) => {
    process.stdout.write(`${line}\n`);
};

/**
 * Does a step that takes its time: says what is begun, now and then how long it has taken so far, and at the end how long it
 * took.
 *
 * @param limitSeconds shown with the time so far when the step has a limit; the step itself has to keep it
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
