import { execFileSync } from "node:child_process";
import { Log } from "../log";

/** `go.mod` of the CLI asks for it. An older Go that is at least 1.21 fetches a newer one by itself. */
const OLDEST = { major: 1, minor: 21 };

/** The `go` command. */
export async function ensureGo(_log: Log): Promise<string> {
    const version = goVersion("go");
    if (version === undefined) {
        throw new Error("Go is missing, and the Pulumi CLI must be built from source here: install Go 1.21 or newer.");
    }
    if (version.major === OLDEST.major && version.minor < OLDEST.minor) {
        throw new Error(
            `Go ${version.major}.${version.minor} is too old to build the Pulumi CLI: install Go 1.21 or newer.`,
        );
    }
    return "go";
}

function goVersion(program: string): { major: number; minor: number } | undefined {
    try {
        const [, major, minor] = /go(\d+)\.(\d+)/.exec(execFileSync(program, ["version"]).toString()) ?? [];
        return { major: Number(major), minor: Number(minor) };
    } catch {
        return undefined;
    }
}
