import { lint } from "../../tools/checks/lint";
import type { Part } from "../../tools/checks/part";
import { plugins } from "../../tools/checks/plugins";
import { runParts } from "../../tools/checks/runParts";
import { typecheck } from "../../tools/checks/typecheck";
import { vitest } from "../../tools/checks/vitest";
import { logToStdout } from "../../tools/log";
import { findMissingBrowser } from "../../tools/setup/browser";
import { setup } from "../../tools/setup/setup";
import { findMissingSshServer } from "../../tools/setup/sshServer";

const PARTS: Record<string, Part> = {
    "set-up": async () => {
        await setup(logToStdout, [findMissingBrowser, findMissingSshServer]);
        return { passed: 0, failed: 0, report: "" };
    },
    lint,
    typecheck,
    plugins,
    tests: () => vitest("unit", "tools", "workers"),
    // apart from the others: when their stack does not come up, none of these tests runs
    stack: () => vitest("stack"),
    // apart, too: they have a stack of their own, when the other one is gone
    hosts: () => vitest("hosts"),
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
