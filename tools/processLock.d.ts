/**
 * Runs `action` while no other process runs one under the same lock file. A lock whose process is dead is taken over.
 * (Plain JavaScript, because it is used before any package is installed.)
 *
 * @param file where the lock lies; its folder must be there
 * @param onWait called once, with the process id that holds the lock, when this process has to wait
 */
export function withProcessLock<T>(
    file: string,
    action: () => T | Promise<T>,
    onWait?: (holder: number) => void,
): Promise<T>;

/** Whether a process with this id runs on this machine. */
export function isAlive(pid: number): boolean;
