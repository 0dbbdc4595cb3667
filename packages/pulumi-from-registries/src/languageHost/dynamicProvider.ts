import { createRequire } from "node:module";
import { join } from "node:path";
import { endWithEngine } from "../plugins/protocol/endWithEngine";

/**
 * Starts the dynamic provider of the program's own SDK, as the SDK's launcher does, but in one process less, and so that
 * it does not outlive the engine.
 */
endWithEngine();
const program = createRequire(join(process.cwd(), "package.json"));
program("@pulumi/pulumi/cmd/dynamic-provider");
