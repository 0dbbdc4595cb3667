import { Command } from "@commander-js/extra-typings";
import { logToStderr } from "../../tools/log";
import { DEV_STACK } from "../../tools/project";
import { setup } from "../../tools/setup/setup";
import { runDemo } from "../demo/runDemo";
import { examples, stackOption } from "../options";
import { readStackOutputs } from "../stack/stackOutputs";
import { startStack } from "../stack/startStack";
import { summarize } from "../stack/summary";

/** The dev stack's pipeline is shown with one row, unless the user has changed it. */
export const command = new Command()
    .addOption(stackOption())
    .option("--config-file <file>", "config file of a stack that exists (default: Pulumi.<stack>.yaml)")
    .option("--refresh", "compare the whole state with the servers first (default: containers and networks only)")
    .option("--take-over", "remove containers and networks of this stack's name that the state does not know")
    .addHelpText("after", examples("npm start", "npm start -- --stack hosts"))
    .action(async ({ stack, configFile, refresh, takeOver }) => {
        await setup(logToStderr);
        const target = { stack, configFile, select: configFile === undefined };
        const state = await startStack(target, logToStderr, { refresh, takeOver });
        if (stack === DEV_STACK && (await runsDefaultPipeline())) {
            process.stdout.write("\n");
            await runDemo({ stack, rows: 1, operation: "insert" });
        }
        process.stdout.write(`\n${summarize(state, stack)}\n`);
    });

async function runsDefaultPipeline(): Promise<boolean> {
    const { connectors, database, jmsBroker } = await readStackOutputs({ stack: DEV_STACK });
    const names = ["dbz-source", "json-jms-sink", "xml-jms-sink"];
    const running = names.every((name) => connectors[name]?.state === "running");
    return running && database.address !== undefined && jmsBroker.address !== undefined;
}
