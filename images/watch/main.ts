import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { eventLine } from "../../status/events";
import { healLimits } from "../../status/healing";
import type { PlatformTarget } from "../../status/platformTarget";
import { WatchLoop } from "../../status/watchLoop";

/*
 * The program of the watch container: one bundled file in an image, which watches its stack without end. Its config file
 * has logins, and so is on the secrets volume.
 */

/** The config file of the watch. */
interface WatchFile {
    target: PlatformTarget;
    intervalSeconds: number;
    heal: boolean;
}

const [file = "", healthPort = ""] = process.argv.slice(2);
const { target, intervalSeconds, heal } = JSON.parse(readFileSync(file, "utf8")) as WatchFile;
const intervalMs = intervalSeconds * 1000;

const watch = new WatchLoop({
    readTarget: async () => target,
    confirm: 2,
    heal: heal ? healLimits(intervalMs) : undefined,
    onEvent: (event) => process.stdout.write(`${eventLine(event)}\n`),
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));

/** A snapshot of a broken platform takes seconds, never a minute. */
const longestCheckMs = 60_000;

// The health check, on the container's loopback: one line
createServer((socket) => {
    const silentMs = performance.now() - watch.checkedAt;
    const isWell = silentMs < intervalMs + longestCheckMs;
    socket.on("error", () => undefined);
    socket.end(isWell ? "ok\n" : `no check has ended for ${Math.round(silentMs / 1000)} s\n`);
}).listen(Number(healthPort), "127.0.0.1");

void watch.run(intervalMs);
