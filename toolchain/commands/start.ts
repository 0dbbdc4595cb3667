import { parseArgs } from "node:util";
import { DEV_STACK } from "../environment";
import { logToStderr } from "../log";
import { setup } from "../setup/setup";
import { summarize } from "../stack/summary";
import { startStack } from "../stackRun";

/** `npm start`: whatever set-up is missing, then `pulumi up` of the dev stack (or `--stack NAME`). */
export default async function start(args: string[]): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            stack: { type: "string", default: process.env.STACK || DEV_STACK },
            refresh: { type: "boolean", default: false },
        },
    });
    await setup(logToStderr);
    const state = await startStack({ stack: values.stack, select: true }, logToStderr, { refresh: values.refresh });
    process.stdout.write(`\n${summarize(state)}\n`);
}
