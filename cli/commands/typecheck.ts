import { typecheck } from "../../tools/checks/typecheck";

/** `npm run typecheck`: the TypeScript compiler, without output. */
export default async function typecheckCommand(): Promise<number> {
    const { failed, report } = await typecheck();
    if (failed > 0) process.stderr.write(`${report}\n`);
    return failed > 0 ? 1 : 0;
}
