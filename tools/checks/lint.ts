import { combine, packageScript, type PartResult, runWhole } from "./part";

/** ESLint with the rules of the rooms, oxlint for circles of imports, and Prettier. */
export async function lint(): Promise<PartResult> {
    const eslint = runWhole(process.execPath, [packageScript("eslint/bin/eslint.js"), "--max-warnings=0", "."]);
    // ESLint's plugins for imports leave circles of types out
    const circles = runWhole(process.execPath, [packageScript("oxlint/bin/oxlint"), "."]);
    const prettier = runWhole(process.execPath, [
        packageScript("prettier/bin/prettier.cjs"),
        "--check",
        "--log-level=warn",
        "**/*.{ts,mts,js,mjs,json,yaml,yml}",
    ]);
    return combine(await Promise.all([eslint, circles, prettier]));
}
