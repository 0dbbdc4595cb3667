import { parseArgs } from "node:util";
import { shellLines } from "../../tools/environment";
import { logToStderr } from "../../tools/log";
import { setup } from "../../tools/setup/setup";

/** `eval "$(npm run -s env)"`: what a shell needs for plain `pulumi preview`, `up`, `refresh`, `destroy`. */
export default async function env(args: string[]): Promise<void> {
    const { values } = parseArgs({ args, options: { stack: { type: "string" } } });
    await setup(logToStderr);
    process.stdout.write(shellLines(values.stack));
}
