import { pluginProblems } from "../../images/staging/contract";
import type { PlatformConfig } from "../config";
import { Fault } from "../fault";

/** Where the plugins come from. Preflight looks whether a path exists, staging whether a coordinate does. */
export function pluginFaults({ connect }: Partial<PlatformConfig>): Fault[] {
    return pluginProblems(connect?.plugins ?? {}).map((problem) => ({
        ...problem,
        path: `connect.plugins.${problem.path}`,
    }));
}
