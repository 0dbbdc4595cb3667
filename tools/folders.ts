import { chmodSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { PROJECT } from "./project";

/**
 * A folder for data that can be built again (tools, image contexts, compiled plugins), under `XDG_CACHE_HOME`, by default
 * `~/.cache`. It is created when it does not exist.
 */
export function cacheFolder(...parts: string[]): string {
    const folder = join(base("XDG_CACHE_HOME", ".cache"), PROJECT, ...parts);
    mkdirSync(folder, { recursive: true });
    return folder;
}

/**
 * A folder for data that must not be lost (stack state, generated secrets), under `XDG_STATE_HOME`, by default
 * `~/.local/state`. Only its owner has access. It is created when it does not exist.
 */
export function stateFolder(...parts: string[]): string {
    const top = join(base("XDG_STATE_HOME", ".local/state"), PROJECT);
    const folder = join(top, ...parts);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // mkdir does not change the mode of an existing folder
    chmodSync(top, 0o700);
    return folder;
}

/** The XDG specification requires to ignore relative values. */
function base(variable: string, fallback: string): string {
    const value = process.env[variable];
    return value !== undefined && isAbsolute(value) ? value : join(homedir(), fallback);
}
