import { lint } from "../../tools/checks/lint";
import { plugins } from "../../tools/checks/plugins";
import { type PlannedPart, runParts } from "../../tools/checks/runParts";
import { typecheck } from "../../tools/checks/typecheck";
import { vitest } from "../../tools/checks/vitest";
import { logToStdout } from "../../tools/log";
import { findMissingBrowser } from "../../tools/setup/browser";
import { setup } from "../../tools/setup/setup";
import { findMissingSshServer } from "../../tools/setup/sshServer";

/**
 * What takes the processor comes first. The levels that start servers wait more than they work: the stack runs beside the
 * others. Staging builds the plugins with Maven in the same folders as the part `plugins`, so it comes after that.
 */
const PARTS: Record<string, PlannedPart> = {
    "set-up": {
        run: async () => {
            await setup(logToStdout, [findMissingBrowser, findMissingSshServer]);
            return { passed: 0, failed: 0, report: "" };
        },
        after: [],
    },
    lint: { run: lint, after: ["set-up"] },
    typecheck: { run: typecheck, after: ["lint"] },
    plugins: { run: plugins, after: ["set-up"] },
    unit: { run: () => vitest("unit"), after: ["set-up"] },
    stack: { run: () => vitest("stack"), after: ["typecheck", "plugins", "unit"] },
    tools: { run: () => vitest("tools"), after: ["typecheck", "plugins", "unit"] },
    workers: { run: () => vitest("workers"), after: ["tools"] },
    hosts: { run: () => vitest("hosts"), after: ["workers"] },
};

/** `npm test`: everything; `npm test -- lint plugins`: only these parts. */
export default function test(args: string[]): Promise<number> {
    const unknown = args.filter((name) => !(name in PARTS));
    if (unknown.length > 0) {
        throw new Error(`No such part: ${unknown.join(", ")}. The parts are: ${Object.keys(PARTS).join(", ")}.`);
    }

    const chosen = Object.entries(PARTS).filter(([name]) => args.length === 0 || args.includes(name));
    return runParts(Object.fromEntries(chosen), args.length === 0, logToStdout);
}
