import { createRequire } from "node:module";
import { join } from "node:path";
import { endWithEngine } from "../plugins/protocol/endWithEngine";
import { postponeModules } from "./postponedModules";

/**
 * Starts the dynamic provider of the program's own SDK. The SDK's launcher does the same with one process more, and its
 * provider continues to run when the engine is killed.
 */
endWithEngine();
const program = createRequire(join(process.cwd(), "package.json"));
postponeModules(program);
program("@pulumi/pulumi/cmd/dynamic-provider");
