import { showVitest } from "../checks/showVitest";
import { logToStderr } from "../log";
import { setup } from "../setup/setup";

/** `npm run test:soak`: the tests on a stack, with the long ones that SOAK turns on; further arguments go to Vitest. */
export default async function testSoak(args: string[]): Promise<number> {
    await setup(logToStderr);
    return showVitest(["--project=stack", ...args], { SOAK: "1" });
}
