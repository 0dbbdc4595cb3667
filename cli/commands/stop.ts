import { Command } from "@commander-js/extra-typings";
import { logToStderr } from "../../tools/log";
import { setup } from "../../tools/setup/setup";
import { examples, stackOption } from "../options";
import { stopStack } from "../stack/stopStack";

export const command = new Command()
    .addOption(stackOption())
    .option("--config-file <file>", "config file of the stack (default: Pulumi.<stack>.yaml)")
    .option("--volumes", "also remove volumes that the state does not know, with their data")
    .option("--take-over", "remove containers and networks of this stack's name that the state does not know")
    .addHelpText("after", examples("npm stop", "npm stop -- --stack hosts"))
    .action(async ({ stack, configFile, volumes, takeOver }) => {
        await setup(logToStderr);
        await stopStack({ stack, configFile }, logToStderr, { volumes, takeOver });
        logToStderr(`Stack ${stack} is gone: no container, network, volume or image tag of it is left.`);
    });
