import { Argument, Command } from "@commander-js/extra-typings";
import { lint } from "../../tools/checks/lint";
import { plugins } from "../../tools/checks/plugins";
import { type PlannedPart, runParts } from "../../tools/checks/runParts";
import { typecheck } from "../../tools/checks/typecheck";
import { vitest } from "../../tools/checks/vitest";
import { logToStdout } from "../../tools/log";
import { findMissingBrowser } from "../../tools/setup/browser";
import { findMissingClients } from "../../tools/setup/clients";
import { findMissingPython } from "../../tools/setup/python";
import { setup } from "../../tools/setup/setup";
import { findMissingSshServer } from "../../tools/setup/sshServer";
import { examples } from "../options";

/** Two rows of parts run side by side, because each of them waits for servers a part of its time. */
const PARTS: Record<string, PlannedPart> = {
    "set-up": {
        run: async () => {
            await setup(logToStdout, [findMissingBrowser, findMissingClients, findMissingPython, findMissingSshServer]);
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
    // Three engines with TLS need the whole machine
    hosts: { run: () => vitest("hosts"), after: ["workers", "stack"] },
};

export const command = new Command()
    .addArgument(new Argument("[parts...]", "parts to run (default: all)").choices(Object.keys(PARTS)))
    .addHelpText("after", examples("npm test", "npm test -- lint plugins"))
    .action(async (names) => {
        const chosen = Object.entries(PARTS).filter(([name]) => names.length === 0 || names.includes(name));
        process.exitCode = await runParts(Object.fromEntries(chosen), names.length === 0, logToStdout);
    });
