import { parseArgs } from "node:util";
import { DEV_STACK } from "../environment";
import { logToStderr } from "../log";
import { setup } from "../setup/setup";
import { stopStack } from "../stackRun";

/** `npm stop`: destroys the dev stack (or `--stack NAME`) and makes sure that nothing of it is left. */
export default async function stop(args: string[]): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            stack: { type: "string", default: process.env.STACK || DEV_STACK },
            "config-file": { type: "string" },
            volumes: { type: "boolean", default: false },
        },
    });
    await setup(logToStderr);
    await stopStack({ stack: values.stack, configFile: values["config-file"] }, logToStderr, {
        volumes: values.volumes,
    });
    logToStderr(`Stack ${values.stack} is gone: no container, network, volume or image tag of it is left.`);
}
