import { Command } from "@commander-js/extra-typings";
import { lint } from "../../tools/checks/lint";

export const command = new Command().action(async () => {
    const { failed, report } = await lint();
    if (failed === 0) return;
    process.stderr.write(`${report}\n`);
    process.exitCode = 1;
});
