/**
 * Ends this process when the engine ends. The engine holds the other end of standard input, which closes however the engine
 * ends. Without this, the processes of a killed engine would never end.
 * @param onEnd called before, also when the engine ends this process by a signal.
 */
export function endWithEngine(onEnd: () => void = () => {}): void {
    const end = () => {
        onEnd();
        process.exit(0);
    };
    process.stdin.on("end", end).resume();
    process.on("SIGINT", end).on("SIGTERM", end);
}
