import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import FileOrder from "./test/support/fileOrder.mts";
import { compilePackages } from "./tools/packages.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

// Programs under the real CLI load the compiled packages; the tests themselves load the sources
compilePackages(import.meta.dirname, console.log);
const alias = ["", "/client", "/checks", "/postgres", "/registry", "/commands"].map((entry) => ({
    find: new RegExp(`^@connect-cdc/connector${entry}$`),
    replacement: join(import.meta.dirname, `packages/connector/src${entry === "" ? "/index" : `/entry${entry}`}.ts`),
}));

/** Tests of whole stacks, which are run one by one. */
const WHOLE_STACKS = { fileParallelism: false, testTimeout: 15 * MINUTE, hookTimeout: 20 * MINUTE };

/** In one run of Vitest the levels follow each other. `npm test` runs each of them by itself, some side by side. */
function level(name: string, groupOrder: number, options: Record<string, unknown> = {}) {
    return {
        resolve: { alias },
        test: {
            name,
            include: [`test/${name}/**/*.test.ts`],
            setupFiles: "./test/support/quickSdk.ts",
            sequence: { groupOrder },
            ...options,
        },
    };
}

export default defineConfig({
    test: {
        projects: [
            // The first test of a file also loads libraries, which takes seconds where the machine is busy.
            // Many tests wait for limits: two files at once also on a machine of two cores.
            level("unit", 0, {
                maxWorkers: Math.max(2, availableParallelism() - 1),
                testTimeout: 30 * SECOND,
                hookTimeout: 30 * SECOND,
            }),
            level("tools", 1, { testTimeout: 2 * MINUTE, hookTimeout: 2 * MINUTE }),
            level("workers", 2, {
                // `npm test` runs a stack beside them: more files at once would only wait for each other on two cores
                maxWorkers: Math.max(1, Math.floor(availableParallelism() / 2)),
                testTimeout: 4 * MINUTE,
                hookTimeout: 8 * MINUTE,
                // where the offsets of deleted connectors are kept
                env: { XDG_STATE_HOME: join(tmpdir(), "connect-cdc-test-state") },
            }),
            level("stack", 3, {
                ...WHOLE_STACKS,
                // one stack for all of them
                globalSetup: "./test/support/stack/globalSetup.ts",
            }),
            level("hosts", 4, WHOLE_STACKS),
        ],
        sequence: { sequencer: FileOrder },
        // the stack of a level is destroyed after the last of its tests
        teardownTimeout: 5 * MINUTE,
    },
});
