import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { eventLine } from "../../status/events";
import { healLimits } from "../../status/healing";
import type { PlatformTarget } from "../../status/platform";
import { Watch } from "../../status/watchLoop";

/*
 * The program of the watch container: one bundled file in an image, which looks at its stack for ever. Its file holds
 * logins; so it lies where secrets do.
 */

/** What the stack tells its watch. */
interface WatchFile {
    target: PlatformTarget;
    intervalSeconds: number;
    heal: boolean;
}

const [file = "", healthPort = ""] = process.argv.slice(2);
const { target, intervalSeconds, heal } = JSON.parse(readFileSync(file, "utf8")) as WatchFile;
const intervalMs = intervalSeconds * 1000;

const watch = new Watch({
    readTarget: async () => target,
    confirm: 2,
    heal: heal ? healLimits(intervalMs) : undefined,
    tell: (event) => process.stdout.write(`${eventLine(event)}\n`),
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));

/** A look of a broken platform takes seconds, never a minute. */
const longestLookMs = 60_000;

// Who asks whether this program is well gets one line; only the container itself can ask
createServer((socket) => {
    const silentMs = performance.now() - watch.lookedAt;
    const isWell = silentMs < intervalMs + longestLookMs;
    socket.on("error", () => undefined);
    socket.end(isWell ? "ok\n" : `no look has ended for ${Math.round(silentMs / 1000)} s\n`);
}).listen(Number(healthPort), "127.0.0.1");

void watch.run(intervalMs);
