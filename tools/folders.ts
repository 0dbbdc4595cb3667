import { chmodSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { PROJECT } from "./project";

/**
 * A folder for what can be made again at any time (tools, images' contexts, compiled plugins); made when it is not there.
 * It lies under `XDG_CACHE_HOME`, by default `~/.cache`.
 */
export function cacheFolder(...parts: string[]): string {
    const folder = join(base("XDG_CACHE_HOME", ".cache"), PROJECT, ...parts);
    mkdirSync(folder, { recursive: true });
    return folder;
}

/**
 * A folder for what must not be lost (stack state, generated secrets), open to its owner only; made when it is not there.
 * It lies under `XDG_STATE_HOME`, by default `~/.local/state`.
 */
export function stateFolder(...parts: string[]): string {
    const top = join(base("XDG_STATE_HOME", ".local/state"), PROJECT);
    const folder = join(top, ...parts);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // mkdir leaves the mode of a folder that is already there
    chmodSync(top, 0o700);
    return folder;
}

/** The XDG specification tells us to ignore relative values. */
function base(variable: string, fallback: string): string {
    const value = process.env[variable];
    return value !== undefined && isAbsolute(value) ? value : join(homedir(), fallback);
}
