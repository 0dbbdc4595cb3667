import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileWhole } from "../../images/staging/cache";
import { eventJson, eventLine, type WatchEvent } from "../../status/events";
import { healLimits } from "../../status/healing";
import { Watch, type WatchMemory, type WatchOptions } from "../../status/watchLoop";
import { stackOption } from "../../tools/environment";
import { stateFolder } from "../../tools/folders";
import { withProcessLock } from "../../tools/processLock";
import { platformTarget, readStackOutputs } from "../stack/stackOutputs";

/**
 * `npm run watch`: looks at a stack again and again, one line for each thing that has changed. `--once` is one look, for
 * timers: it compares with the run before, and its exit code is 1 when anything is wrong.
 */
export default async function watch(args: string[]): Promise<number> {
    const { values } = parseArgs({
        args,
        options: {
            stack: stackOption(),
            interval: { type: "string", default: "15" },
            confirm: { type: "string" },
            heal: { type: "boolean", default: false },
            "max-restarts": { type: "string", default: "5" },
            all: { type: "boolean", default: false },
            once: { type: "boolean", default: false },
            json: { type: "boolean", default: false },
        },
    });
    const { stack, once } = values;
    const intervalMs = 1000 * wholeNumber("interval", values.interval);
    const maxRestarts = wholeNumber("max-restarts", values["max-restarts"]);
    const format = values.json ? eventJson : eventLine;
    const options: WatchOptions = {
        readTarget: async () => platformTarget(stack, await readStackOutputs({ stack })),
        // Looks of a timer are minutes apart: what a single one sees is worth telling.
        confirm: wholeNumber("confirm", values.confirm ?? (once ? "1" : "2")),
        heal: values.heal ? healLimits(intervalMs, { maxRestarts, all: values.all }) : undefined,
        tell: (event: WatchEvent) => process.stdout.write(`${format(event)}\n`),
    };
    if (once) {
        const file = join(stateFolder("watch"), `${stack}.json`);
        return withProcessLock(`${file}.lock`, () => lookOnce(options, file));
    }
    endBySignal();
    return new Watch(options).run(intervalMs);
}

/** One look, from the memory of the run before to that of the next. */
async function lookOnce(options: WatchOptions, file: string): Promise<number> {
    const watch = new Watch(options, readMemory(file));
    await watch.look();
    writeFileWhole(file, JSON.stringify(watch.memory));
    return watch.isWrong ? 1 : 0;
}

/** A file that cannot be read is that of another version of this program: the next run has a good one. */
function readMemory(file: string): WatchMemory | undefined {
    if (!existsSync(file)) return undefined;
    try {
        return JSON.parse(readFileSync(file, "utf8")) as WatchMemory;
    } catch {
        return undefined;
    }
}

/** Ctrl-C and a service manager's stop are the ways to end a watch, not a failure of it. */
function endBySignal(): void {
    const end = () => process.exit(0);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
    // Whoever reads the lines has gone: `npm run watch | head`
    process.stdout.once("error", end);
}

function wholeNumber(option: string, text: string): number {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 1 || number > 86_400) {
        throw new Error(`--${option} ${text}: must be a whole number, 1 or more`);
    }

    return number;
}
