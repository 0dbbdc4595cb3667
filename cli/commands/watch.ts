import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { writeFileWhole } from "../../images/staging/cache";
import type { TableReport } from "../../reconcile/reconcile";
import { eventJson, eventLine, type WatchEvent } from "../../status/events";
import { healLimits } from "../../status/healing";
import { WatchLoop, type WatchMemory, type WatchOptions } from "../../status/watchLoop";
import { stateFolder } from "../../tools/folders";
import { withProcessLock } from "../../tools/processLock";
import { durationMs, examples, stackOption, wholeNumberFrom } from "../options";
import { reconcileEvery } from "../reconcile/reconcileEvents";
import { reconcileStack } from "../reconcile/reconcileStack";
import { platformTarget, readStackOutputs } from "../stack/stackOutputs";

const DAY_SECONDS = 86_400;

export const command = new Command()
    .addOption(stackOption())
    .option("--interval <seconds>", "seconds between two snapshots", wholeNumberFrom(1, DAY_SECONDS), 15)
    .option(
        "--confirm <snapshots>",
        "number of snapshots in a row that must agree (default: 2; with --once: 1)",
        wholeNumberFrom(1, DAY_SECONDS),
    )
    .option("--heal", "restart connectors and tasks that have failed")
    .option(
        "--max-restarts <count>",
        "with --heal: number of restarts of one connector within an hour",
        wholeNumberFrom(1, DAY_SECONDS),
        5,
    )
    .option("--all", "with --heal: also connectors that the stack does not declare")
    .addOption(
        new Option("--reconcile <time>", "compare all captured tables with their topics every 30m, 12h or 1d")
            .argParser(durationMs)
            .conflicts("once"),
    )
    .option("--once", "take one snapshot, compare it with the last run; exit code 1 when there is a problem")
    .option("--json", "print JSON, one line for each change")
    .addHelpText("after", examples("npm run watch -- --heal", "npm run watch -- --once --json --stack prod"))
    .action(async ({ stack, interval, confirm, heal, maxRestarts, all, reconcile, once, json }) => {
        const format = json ? eventJson : eventLine;
        const options: WatchOptions = {
            readTarget: async () => platformTarget(stack, await readStackOutputs({ stack })),
            // Runs of a timer are minutes apart, so one snapshot is enough for an event
            confirm: confirm ?? (once ? 1 : 2),
            heal: heal ? healLimits(1000 * interval, { maxRestarts, all }) : undefined,
            onEvent: (event: WatchEvent) => process.stdout.write(`${format(event)}\n`),
        };
        if (once) {
            const file = join(stateFolder("watch"), `${stack}.json`);
            process.exitCode = await withProcessLock(`${file}.lock`, () => watchOnce(options, file));
            return;
        }
        endBySignal();
        if (reconcile !== undefined) void reconcileEvery(reconcile, stack, () => compareAll(stack), options.onEvent);
        await new WatchLoop(options).run(1000 * interval);
    });

async function compareAll(stack: string): Promise<TableReport[]> {
    return reconcileStack(await readStackOutputs({ stack }), { isWanted: () => true, onProgress: () => undefined });
}

/** Takes one snapshot. The memory is read from the file and written to it. */
async function watchOnce(options: WatchOptions, file: string): Promise<number> {
    const watch = new WatchLoop(options, readMemory(file));
    await watch.check();
    writeFileWhole(file, JSON.stringify(watch.memory));
    return watch.isWrong ? 1 : 0;
}

/** Another version of this program may have written the file. Then this run begins without a memory. */
function readMemory(file: string): WatchMemory | undefined {
    if (!existsSync(file)) return undefined;
    try {
        return JSON.parse(readFileSync(file, "utf8")) as WatchMemory;
    } catch {
        return undefined;
    }
}

/** Ctrl-C and the stop of a service manager end a watch with exit code 0. */
function endBySignal(): void {
    const end = () => process.exit(0);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
    // The reader of the lines has ended: `npm run watch | head`
    process.stdout.once("error", end);
}
