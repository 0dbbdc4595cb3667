import { parseArgs } from "node:util";
import { stackOption } from "../../tools/environment";
import { logToStderr } from "../../tools/log";
import { DEV_STACK } from "../../tools/project";
import { setup } from "../../tools/setup/setup";
import { readStackOutputs } from "../stack/stackOutputs";
import { startStack } from "../stack/startStack";
import { summarize } from "../stack/summary";
import demo from "./demo";

/**
 * `npm start`: whatever set-up is missing, then `pulumi up` of the dev stack (or `--stack NAME`). The dev stack's pipeline
 * is shown at work by one row, unless the user has changed it.
 */
export default async function start(args: string[]): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            stack: stackOption(),
            "config-file": { type: "string" },
            refresh: { type: "boolean", default: false },
            "take-over": { type: "boolean", default: false },
        },
    });
    await setup(logToStderr);
    const configFile = values["config-file"];
    const target = { stack: values.stack, configFile, select: configFile === undefined };
    const options = { refresh: values.refresh, takeOver: values["take-over"] };
    const state = await startStack(target, logToStderr, options);
    if (values.stack === DEV_STACK && (await runsDefaultPipeline())) {
        process.stdout.write("\n");
        await demo(["--rows", "1"]);
    }
    process.stdout.write(`\n${summarize(state)}\n`);
}

async function runsDefaultPipeline(): Promise<boolean> {
    const { connectors, database, jmsBroker } = await readStackOutputs({ stack: DEV_STACK });
    const names = ["dbz-source", "json-jms-sink", "xml-jms-sink"];
    const running = names.every((name) => connectors[name]?.state === "running");
    return running && database.address !== undefined && jmsBroker.address !== undefined;
}
