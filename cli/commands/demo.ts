import { Command, Option } from "@commander-js/extra-typings";
import { OPERATIONS, runDemo } from "../demo/runDemo";
import { examples, stackOption, wholeNumberFrom } from "../options";

export const command = new Command()
    .addOption(stackOption())
    .option("--rows <count>", "number of rows, at most 1000", wholeNumberFrom(1, 1000), 3)
    .addOption(
        new Option("--op <operation>", "what happens to the rows; the sinks drop deletes")
            .choices(OPERATIONS)
            .default("insert" as const),
    )
    .addHelpText("after", examples("npm run demo", "npm run demo -- --rows 1 --op update"))
    .action(({ stack, rows, op }) => runDemo({ stack, rows, operation: op }));
