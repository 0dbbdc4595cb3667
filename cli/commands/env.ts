import { Command } from "@commander-js/extra-typings";
import { shellLines } from "../../tools/environment";
import { logToStderr } from "../../tools/log";
import { DEV_STACK } from "../../tools/project";
import { setup } from "../../tools/setup/setup";
import { examples } from "../options";

export const command = new Command()
    .option("--stack <name>", "stack whose passphrase is set", DEV_STACK)
    .addHelpText("after", examples('eval "$(npm run -s env)"', 'eval "$(npm run -s env -- --stack staging)"'))
    .action(async ({ stack }) => {
        await setup(logToStderr);
        process.stdout.write(shellLines(stack));
    });
