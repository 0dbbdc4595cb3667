import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Finding, findings } from "../../status/findings/findings";
import type { PlatformReport } from "../../status/platformReport";
import { reportJson } from "../../status/reportJson";
import { screen } from "../../status/screen";
import { stackOption } from "../../tools/environment";
import { platformTarget, readStackOutputs } from "../stack/stackOutputs";

/**
 * `npm run status`: the whole stack on one screen; exit code 1 when anything is wrong, 0 with warnings only.
 *
 * `--json` prints `wrong` and `warnings` (how many), `findings` (see status/findings/findings.ts) and `report` (see
 * status/platformReport.ts); what is not known is null. `--watch` looks again every 2 s (`--interval`), with `--json` one
 * line per look. `--serve [port]` shows the same as a page.
 */
export default async function status(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: {
            stack: stackOption(),
            json: { type: "boolean", default: false },
            watch: { type: "boolean", default: false },
            interval: { type: "string", default: "2" },
            serve: { type: "boolean", default: false },
        },
    });
    const [port, ...rest] = positionals;
    if (rest.length > 0 || (port !== undefined && !values.serve)) {
        throw new Error(`npm run status takes no "${values.serve ? rest[0] : port}"`);
    }

    // The CLI takes as long as loading the clients of all servers: both at once.
    const [target, { collectPlatform }] = await Promise.all([
        readStackOutputs({ stack: values.stack }).then((outputs) => platformTarget(values.stack, outputs)),
        import("../../status/platform.js"),
        import("@platformatic/kafka"),
    ]);
    if (values.serve) {
        const { serveStatus } = await import("../../status/statusServer.js");
        await serveStatus(target, { port: readPort(port), intervalSeconds: readInterval(values.interval) });
        return 0;
    }
    const show = async (space: number | undefined, frame: (text: string, report: PlatformReport) => string) => {
        const report = await collectPlatform(target);
        const found = findings(report);
        process.stdout.write(frame(values.json ? reportJson(report, found, space) : text(report, found), report));
        return found.some(({ level }) => level === "wrong") ? 1 : 0;
    };
    if (!values.watch) return show(4, (text) => `${text}\n`);

    const seconds = readInterval(values.interval);
    // Ctrl-C is the way to end a watch, not a failure of it.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
    for (;;) {
        await show(undefined, (text, report) => (values.json ? `${text}\n` : fresh(report, text)));
        await sleep(seconds * 1000);
    }
}

function readInterval(text: string): number {
    const seconds = Number(text);
    if (!(seconds >= 0.5 && seconds <= 3600)) {
        throw new Error(`--interval ${text}: must be a number of seconds from 0.5 to 3600`);
    }

    return seconds;
}

/** Port of the page where none is given. */
const DEFAULT_PORT = "7000";

function readPort(text: string = DEFAULT_PORT): number {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
        throw new Error(`--serve ${text}: must be a port from 0 to 65535; 0 takes any that is free`);
    }

    return port;
}

function text(report: PlatformReport, found: Finding[]): string {
    // https://no-color.org: any value that is not empty
    return screen(report, found, { colour: process.stdout.isTTY === true && !process.env.NO_COLOR });
}

/** A screen in place of the one before; where the output is no terminal, below it. */
function fresh({ stack, takenAt }: PlatformReport, text: string): string {
    const clear = process.stdout.isTTY ? "\u001b[H\u001b[2J" : "";
    const time = new Date(takenAt).toISOString().slice(0, 19).replace("T", " ");
    return `${clear}Stack ${stack} at ${time} UTC\n\n${text}\n\n`;
}
