import { Command } from "@commander-js/extra-typings";
import { showVitest } from "../../tools/checks/showVitest";
import { examples } from "../options";

export const command = new Command()
    .argument("[arguments...]", "arguments for Vitest: names of files, options")
    .allowUnknownOption()
    .addHelpText("after", examples("npm run test:unit -- config"))
    .action(async (args) => {
        process.exitCode = await showVitest(["--project=unit", ...args]);
    });
