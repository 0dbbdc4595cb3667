import { basename } from "node:path";

import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Concerns that change the shared stack come after those that look at it as it was first brought up; destroy is last. */
const order = [
    "seedChecks",
    "rows",
    "commands",
    "status",
    "statusPage",
    "docs",
    "secrets",
    "unchanged",
    "preview",
    "capturedTables",
    "allTypes",
    "connectors",
    "offsets",
    "deletion",
    "watch",
    "trouble",
    "metrics",
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
    "destroy",
];

/** Runs the files of the stack level in the order above; all others in the usual one. */
export default class FileOrder extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
        const sorted = await super.sort(files);
        return sorted.sort((a, b) => rank(a) - rank(b));
    }
}

function rank({ moduleId, project }: TestSpecification): number {
    return project.name === "stack" ? order.indexOf(basename(moduleId, ".test.ts")) : -1;
}
