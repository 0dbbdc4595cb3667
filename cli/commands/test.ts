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
 * Two rows of parts run side by side, because each of them waits for servers half of its time: the plugins and then the
 * stack, and all others.
 */
const PARTS: Record<string, PlannedPart> = {
    "set-up": {
        run: async () => {
            await setup(logToStdout, [findMissingBrowser, findMissingSshServer]);
            return { passed: 0, failed: 0, report: "" };
        },
        after: [],
    },
    // Staging builds the plugins with Maven in the same folders
    plugins: { run: plugins, after: ["set-up"] },
    stack: { run: () => vitest("stack"), after: ["plugins"] },
    lint: { run: lint, after: ["set-up"] },
    typecheck: { run: typecheck, after: ["lint"] },
    unit: { run: () => vitest("unit"), after: ["typecheck"] },
    tools: { run: () => vitest("tools"), after: ["unit", "plugins"] },
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
