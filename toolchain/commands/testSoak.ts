import { showPluginSoak } from "../checks/plugins";
import { showVitest } from "../checks/showVitest";
import { logToStderr } from "../log";
import { findMissingBrowser } from "../setup/browser";
import { setup } from "../setup/setup";
import { findMissingSshServer } from "../setup/sshServer";

/**
 * `npm run test:soak`: the tests of set-up and on a stack, with the long ones that SOAK turns on, and the JMS sink's million
 * of records; arguments go to Vitest, and then the sink is left out.
 */
export default async function testSoak(args: string[]): Promise<number> {
    await setup(logToStderr, [findMissingBrowser, findMissingSshServer]);
    const tests = await showVitest(["--project=toolchain", "--project=stack", "--project=hosts", ...args], {
        SOAK: "1",
    });
    const sink = args.length === 0 ? await showPluginSoak() : 0;
    return tests || sink;
}
