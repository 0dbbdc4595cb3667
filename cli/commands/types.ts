import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { classesInFile, definitionFromFile, renderTypes, typeName } from "@connect-cdc/connector/commands";
import { answer } from "../../images/staging/main";
import { CHECKOUT } from "../../tools/project";
import { stageRequests } from "../stageRequests";

const FOLDER = "connectorTypes";

/** Git ignores the files, because they follow from the versions of the plugins. */
export const command = new Command()
    .addHelpText(
        "after",
        `\nThe files are written to ${FOLDER}/, for programs with new Connector<...>.\nThe classes are those of the plugins in the defaults and in every Pulumi.*.yaml.`,
    )
    .action(async () => {
        const files = new Map<string, string>();
        for (const request of stageRequests(CHECKOUT)) {
            const { definitions } = await answer(JSON.stringify(request), CHECKOUT);
            for (const name of classesInFile(definitions)) {
                files.set(`${fileName(name)}.ts`, renderTypes(definitionFromFile(definitions, name)));
            }
        }
        const folder = join(CHECKOUT, FOLDER);
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
        for (const [name, text] of files) {
            writeFileSync(join(folder, name), text);
            process.stdout.write(`${relative(CHECKOUT, join(folder, name))}\n`);
        }
    });

function fileName(connectorClass: string): string {
    const name = typeName(connectorClass);
    return name.charAt(0).toLowerCase() + name.slice(1);
}
