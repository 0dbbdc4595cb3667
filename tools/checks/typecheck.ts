import { packageScript, type PartResult, runWhole } from "./part";

/** The TypeScript compiler over the whole repository; it remembers in node_modules what has not changed. */
export function typecheck(): Promise<PartResult> {
    const remember = ["--incremental", "--tsBuildInfoFile", "node_modules/.cache/typecheck.tsbuildinfo"];
    return runWhole(process.execPath, [packageScript("typescript/bin/tsc"), "--noEmit", ...remember]);
}
