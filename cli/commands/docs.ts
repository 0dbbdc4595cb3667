import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { configReference } from "../configReference";

/** `npm run docs`: writes the pages of `docs/` that are made from code. */
export default function docs(): void {
    const folder = path.join(__dirname, "..", "..", "docs");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "config.md"), configReference());
}
