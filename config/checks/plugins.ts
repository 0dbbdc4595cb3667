import { pluginProblems as sourceProblems } from "../../images/staging/contract";
import { Problem } from "../problem";
import type { PlatformConfig } from "../schema";

/** Where the plugins come from. Preflight looks whether a path exists, staging whether a coordinate does. */
export function pluginProblems({ connect }: Partial<PlatformConfig>): Problem[] {
    return sourceProblems(connect?.plugins ?? {}).map((problem) => ({
        ...problem,
        path: `connect.plugins.${problem.path}`,
    }));
}
