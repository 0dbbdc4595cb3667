import { basename } from "node:path";

import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Order of the files of a level; files that are not named come first. */
const ORDER: Record<string, string[]> = {
    /** Files that change the shared stack come after those that check it in its first state; destroy is last. */
    stack: [
        "seedChecks",
        "rows",
        "commands",
        "status",
        "statusPage",
        "docs",
        "reconcile",
        "secrets",
        "unchanged",
        "preview",
        "serverFaults",
        "bulkLoads",
        "refresh",
        "revival",
        "changedSetting",
        "mending",
        "scaling",
        "randomServerFaults",
        "backup",
        "servers",
        "sizes",
        "capturedTables",
        "allTypes",
        "connectors",
        "formats",
        "offsets",
        "deletion",
        "watch",
        "trouble",
        "metrics",
        "destroy",
    ],
    /** The longest first: the others fill the time beside them. */
    workers: [
        "bulkLoads",
        "worker",
        "realSequences",
        "many",
        "reconcile",
        "versions",
        "formats",
        "tableKinds",
        "tableSnapshots",
        "position",
        "fencing",
        "failover",
        "sequences",
        "package",
        "retention",
        "postgres",
        "capturedTables",
        "capturedTablesCli",
        "client",
        "faults",
        "preview",
    ],
};

/** Runs the files of some levels in the order above; all others in the usual one. */
export default class FileOrder extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
        const sorted = await super.sort(files);
        return sorted.sort((a, b) => rank(a) - rank(b));
    }
}

function rank({ moduleId, project }: TestSpecification): number {
    return ORDER[project.name]?.indexOf(basename(moduleId, ".test.ts")) ?? -1;
}
