import { Command } from "@commander-js/extra-typings";
import { showPluginSoak } from "../../tools/checks/plugins";
import { showVitest } from "../../tools/checks/showVitest";
import { logToStderr } from "../../tools/log";
import { findMissingBrowser } from "../../tools/setup/browser";
import { findMissingClients } from "../../tools/setup/clients";
import { findMissingPython } from "../../tools/setup/python";
import { setup } from "../../tools/setup/setup";
import { findMissingSshServer } from "../../tools/setup/sshServer";
import { soakVariables } from "../../tools/soakOptions";
import { examples, wholeNumberFrom } from "../options";

/**
 * The tests of set-up, of the Connect client and on a stack, with the long ones that SOAK turns on, and a million records
 * through the JMS sink. The sink is left out when Vitest gets arguments.
 */
export const command = new Command()
    .argument("[arguments...]", "arguments for Vitest: names of files, options; the JMS sink is then left out")
    .option(
        "--seed <number>",
        "seed of the random tests (default: chosen and printed)",
        wholeNumberFrom(0, 999_999_999),
    )
    .option("--minutes <minutes>", "limit of each long test, at most 30 minutes", wholeNumberFrom(1, 30), 10)
    .allowUnknownOption()
    .addHelpText("after", examples("npm run test:soak -- --seed 17 test/workers/sequences.test.ts"))
    .action(async (args, { seed = Date.now() % 1_000_000, minutes }) => {
        const options = { seed, minutes };
        logToStderr(`random tests begin with seed ${seed}; to repeat them: npm run test:soak -- --seed ${seed}`);
        await setup(logToStderr, [findMissingBrowser, findMissingClients, findMissingPython, findMissingSshServer]);
        const projects = ["tools", "workers", "stack", "hosts"].map((name) => `--project=${name}`);
        const tests = await showVitest([...projects, ...args], soakVariables(options));
        const sink = args.length === 0 ? await showPluginSoak(options) : 0;
        process.exitCode = tests || sink;
    });
