/**
 * Ends this process when the engine has: the engine holds the other end of standard input, which closes in whatever way
 * it dies. Without this, what a killed engine has started would stay for ever.
 * @param onEnd called before, also when the engine ends this process by a signal
 */
export function endWithEngine(onEnd: () => void = () => {}): void {
    const end = () => {
        onEnd();
        process.exit(0);
    };
    process.stdin.on("end", end).resume();
    process.on("SIGINT", end).on("SIGTERM", end);
}
