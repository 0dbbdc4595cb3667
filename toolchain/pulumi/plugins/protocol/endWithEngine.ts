/**
 * Ends this process when the engine has: the engine holds the other end of standard input, which closes in whatever way
 * it dies. Without this, what a killed engine has started would stay for ever.
 */
export function endWithEngine(onEnd: () => void = () => {}): void {
    process.stdin.on("end", () => {
        onEnd();
        process.exit(0);
    });
    process.stdin.resume();
}
