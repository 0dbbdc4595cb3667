import { lint } from "../../tools/checks/lint";

/** `npm run lint`: ESLint and Prettier. */
export default async function lintCommand(): Promise<number> {
    const { failed, report } = await lint();
    if (failed > 0) process.stderr.write(`${report}\n`);
    return failed > 0 ? 1 : 0;
}
