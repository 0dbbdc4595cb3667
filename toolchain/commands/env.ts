import { parseArgs } from "node:util";
import { shellLines } from "../environment";
import { logToStderr } from "../log";
import { setup } from "../setup/setup";

/** `eval "$(npm run -s env)"`: what a shell needs for plain `pulumi preview`, `up`, `refresh`, `destroy`. */
export default async function env(args: string[]): Promise<void> {
    const { values } = parseArgs({ args, options: { stack: { type: "string" } } });
    await setup(logToStderr);
    process.stdout.write(shellLines(values.stack));
}
