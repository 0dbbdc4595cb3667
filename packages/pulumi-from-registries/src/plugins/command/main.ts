import { runProvider } from "../protocol/provider";
import { localCommand, localRun } from "./localCommand";

void runProvider({
    version: "1.2.1",
    configuration: {},
    // Commands run on this machine
    connect: () => Promise.resolve({}),
    resources: { "command:local:Command": localCommand },
    functions: { "command:local:run": localRun },
    tainted: ["stdout", "stderr"],
});
