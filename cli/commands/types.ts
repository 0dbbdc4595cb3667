import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { classesInFile, definitionFromFile, renderTypes, typeName } from "@connect-cdc/connector/commands";
import { answer } from "../../images/staging/main";
import { stageRequests } from "../stageRequests";

const FOLDER = "connectorTypes";

/**
 * `npm run types`: writes TypeScript types of every connector class that the plugins of the defaults and of the Pulumi.*.yaml
 * have, for programs with `new Connector<...>`. The files are ignored by git: they follow from the plugins' versions.
 */
export default async function types(): Promise<void> {
    const checkout = process.cwd();
    const files = new Map<string, string>();
    for (const request of stageRequests(checkout)) {
        const { definitions } = await answer(JSON.stringify(request), checkout);
        for (const name of classesInFile(definitions)) {
            files.set(`${fileName(name)}.ts`, renderTypes(definitionFromFile(definitions, name)));
        }
    }
    const folder = join(checkout, FOLDER);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, text] of files) {
        writeFileSync(join(folder, name), text);
        process.stdout.write(`${relative(checkout, join(folder, name))}\n`);
    }
}

function fileName(connectorClass: string): string {
    const name = typeName(connectorClass);
    return name.charAt(0).toLowerCase() + name.slice(1);
}
