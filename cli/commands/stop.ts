import { parseArgs } from "node:util";
import { stackOption } from "../../tools/environment";
import { logToStderr } from "../../tools/log";
import { setup } from "../../tools/setup/setup";
import { stopStack } from "../stack/stopStack";

/** `npm stop`: destroys the dev stack (or `--stack NAME`) and makes sure that nothing of it is left. */
export default async function stop(args: string[]): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            stack: stackOption(),
            "config-file": { type: "string" },
            volumes: { type: "boolean", default: false },
            "take-over": { type: "boolean", default: false },
        },
    });
    await setup(logToStderr);
    await stopStack({ stack: values.stack, configFile: values["config-file"] }, logToStderr, {
        volumes: values.volumes,
        takeOver: values["take-over"],
    });
    logToStderr(`Stack ${values.stack} is gone: no container, network, volume or image tag of it is left.`);
}
