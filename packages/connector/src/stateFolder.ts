import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * A folder for files that must outlive a run: `connect-cdc/<name>` under `XDG_STATE_HOME`. Default `~/.local/state`. A relative
 * value is ignored, as the XDG specification requires.
 */
export function stateFolder(name: string): string {
    const state = process.env["XDG_STATE_HOME"] ?? "";
    return join(isAbsolute(state) ? state : join(homedir(), ".local/state"), "connect-cdc", name);
}
