import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "@commander-js/extra-typings";
import { type PlatformStatus, statusOf } from "../../status/findings/findings";
import { screen } from "../../status/screen";
import type { PlatformSnapshot } from "../../status/snapshot";
import { snapshotJson } from "../../status/snapshotJson";
import { examples, numberFrom, stackOption, wholeNumberFrom } from "../options";
import { platformTarget, readStackOutputs } from "../stack/stackOutputs";

/** Port of the page. */
const DEFAULT_PORT = 7000;

/**
 * `--json` prints `wrong` and `warnings` (how many), `findings` (see status/finding.ts) and `report` (see
 * status/snapshot.ts); a value that is not known is null.
 */
export const command = new Command()
    .addOption(stackOption())
    .option("--json", "print JSON; with --watch one line each time")
    .option("--watch", "repeat until Ctrl-C")
    .option("--interval <seconds>", "seconds between two snapshots of --watch or --serve", numberFrom(0.5, 3600), 2)
    .option(
        "--serve [port]",
        `serve a live page on this port, 0 for any free one (without a port: ${DEFAULT_PORT})`,
        wholeNumberFrom(0, 65_535),
    )
    .addHelpText("after", "\nThe exit code is 1 when there is a problem, and 0 with warnings only.")
    .addHelpText(
        "after",
        examples("npm run status", "npm run status -- --json", "npm run status -- --serve 7001 --stack hosts"),
    )
    .action(async ({ stack, json, watch, interval, serve }) => {
        // The Pulumi CLI takes as long as the load of the servers' clients, so both run at once
        const [target, { takeSnapshot }] = await Promise.all([
            readStackOutputs({ stack }).then((outputs) => platformTarget(stack, outputs)),
            import("../../status/takeSnapshot.js"),
            import("@platformatic/kafka"),
        ]);
        if (serve !== undefined) {
            const { serveStatus } = await import("../../status/statusServer.js");
            await serveStatus(target, { port: serve === true ? DEFAULT_PORT : serve, intervalSeconds: interval });
            return;
        }
        const show = async (space: number | undefined, frame: (text: string, snapshot: PlatformSnapshot) => string) => {
            const platform = statusOf(await takeSnapshot(target));
            const output = json ? snapshotJson(platform, space) : screenText(platform);
            process.stdout.write(frame(output, platform.snapshot));
            return platform.findings.some(({ level }) => level === "wrong") ? 1 : 0;
        };
        if (!watch) {
            process.exitCode = await show(4, (text) => `${text}\n`);
            return;
        }
        // Ctrl-C ends --watch, so the exit code is 0
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
        for (;;) {
            await show(undefined, (text, snapshot) => (json ? `${text}\n` : fresh(snapshot, text)));
            await sleep(interval * 1000);
        }
    });

function screenText(platform: PlatformStatus): string {
    // https://no-color.org: any value that is not empty
    return screen(platform, { colour: process.stdout.isTTY === true && !process.env.NO_COLOR });
}

/** On a terminal the screen replaces the last one; elsewhere it follows it. */
function fresh({ stack, takenAt }: PlatformSnapshot, text: string): string {
    const clear = process.stdout.isTTY ? "\u001b[H\u001b[2J" : "";
    const time = new Date(takenAt).toISOString().slice(0, 19).replace("T", " ");
    return `${clear}Stack ${stack} at ${time} UTC\n\n${text}\n\n`;
}
