import { combine, packageScript, runWhole, type PartResult } from "./part";

/** ESLint with the rules of the rooms, and Prettier. */
export async function lint(): Promise<PartResult> {
    const eslint = runWhole(process.execPath, [packageScript("eslint/bin/eslint.js"), "--max-warnings=0", "."]);
    const prettier = runWhole(process.execPath, [
        packageScript("prettier/bin/prettier.cjs"),
        "--check",
        "--log-level=warn",
        "**/*.{ts,mts,js,mjs,json,yaml,yml}",
    ]);
    return combine(await Promise.all([eslint, prettier]));
}
