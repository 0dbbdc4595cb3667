import { showPluginSoak } from "../../tools/checks/plugins";
import { showVitest } from "../../tools/checks/showVitest";
import { logToStderr } from "../../tools/log";
import { findMissingBrowser } from "../../tools/setup/browser";
import { setup } from "../../tools/setup/setup";
import { findMissingSshServer } from "../../tools/setup/sshServer";
import { parseSoakOptions, soakVariables } from "../../tools/soakOptions";

/**
 * `npm run test:soak`: the tests of set-up, of the Connect client and on a stack, with the long ones that SOAK turns on, and
 * a million records through the JMS sink. `--seed S` repeats a run's random tests. `--minutes N` is the limit of each long
 * test (default 10, at most 30). Other arguments go to Vitest, and then the sink is left out.
 */
export default async function testSoak(args: string[]): Promise<number> {
    const options = parseSoakOptions(args);
    logToStderr(
        `random tests begin with seed ${options.seed}; to repeat them: npm run test:soak -- --seed ${options.seed}`,
    );
    await setup(logToStderr, [findMissingBrowser, findMissingSshServer]);
    const projects = ["tools", "workers", "stack", "hosts"].map((name) => `--project=${name}`);
    const tests = await showVitest([...projects, ...options.rest], soakVariables(options));
    const sink = options.rest.length === 0 ? await showPluginSoak(options) : 0;
    return tests || sink;
}
