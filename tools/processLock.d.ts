/**
 * Runs an action while it holds a lock file. A lock of an ended process is removed. (Plain JavaScript, because it runs
 * before any package is installed.)
 *
 * @param file path of the lock file in an existing folder.
 * @param onWait called once when another process holds the lock, with its process id.
 */
export function withProcessLock<T>(
    file: string,
    action: () => T | Promise<T>,
    onWait?: (holder: number) => void,
): Promise<T>;

/** Whether a process with this id runs on this machine. */
export function isAlive(pid: number): boolean;
