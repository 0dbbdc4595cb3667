import { Command } from "@commander-js/extra-typings";
import { typecheck } from "../../tools/checks/typecheck";

export const command = new Command().action(async () => {
    const { failed, report } = await typecheck();
    if (failed === 0) return;
    process.stderr.write(`${report}\n`);
    process.exitCode = 1;
});
