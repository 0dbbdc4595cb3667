import type { TestProject } from "vitest/node";
import { defaults } from "../../../config/defaults";
import { FORMAT_PLUGINS } from "../../../connectors/formats";
import { type StackHandle, TestStack } from "./stack";

declare module "vitest" {
    interface ProvidedContext {
        stack: StackHandle;
    }
}

/** Brings up the one stack that the tests of a level share, and removes it at the end, also after a failure. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
    const stack = await TestStack.create();
    // On, so that a real Prometheus can ask a whole platform; that it is off by default is shown without one.
    const { metrics, database, connect } = stack.config();
    stack.configure({
        metrics: { ...metrics, enabled: true },
        // A worker of a test lives for minutes: a quick start matters more than throughput. test/hosts has the default flags.
        // A connector with a format of its own needs no other image.
        connect: {
            ...connect,
            jvmFlags: [...defaults.connect.jvmFlags, "-XX:TieredStopAtLevel=1"],
            plugins: { ...FORMAT_PLUGINS.avro, ...FORMAT_PLUGINS.protobuf },
        },
        // A setting of the user, which status shows the effect of
        database: { ...database, config: { max_slot_wal_keep_size: "4GB" } },
    });
    const started = performance.now();
    const seconds = () => Math.round((performance.now() - started) / 1000);
    process.stderr.write(`stack ${stack.handle.name}: pulumi up ...\n`);
    try {
        await stack.up();
    } catch (error) {
        await stack.dispose();
        throw error;
    }
    process.stderr.write(`stack ${stack.handle.name}: up after ${seconds()} s\n`);
    project.provide("stack", stack.handle);
    return () => stack.dispose();
}
