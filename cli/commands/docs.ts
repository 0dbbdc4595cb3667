import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { CHECKOUT } from "../../tools/project";
import { configReference } from "../configReference";
import { withRoomsTable } from "../contributing";

export const command = new Command().action(() => {
    const folder = join(CHECKOUT, "docs");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "config.md"), configReference());
    const contributing = join(CHECKOUT, "CONTRIBUTING.md");
    writeFileSync(contributing, withRoomsTable(readFileSync(contributing, "utf8")));
});
