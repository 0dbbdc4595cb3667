import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * A folder of what has to outlive a run: `connect-cdc/<name>` under `XDG_STATE_HOME`, by default `~/.local/state`. The XDG
 * specification says that a relative value is ignored.
 */
export function stateFolder(name: string): string {
    const state = process.env["XDG_STATE_HOME"] ?? "";
    return join(isAbsolute(state) ? state : join(homedir(), ".local/state"), "connect-cdc", name);
}
