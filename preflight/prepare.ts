import * as pulumi from "@pulumi/pulumi";
import { definitionProblems } from "../config/checks/definitionProblems";
import { reportProblems } from "../config/errors";
import { loadConfig } from "../config/load";
import { Problem } from "../config/problem";
import { PlatformConfig } from "../config/schema";
import { runsRegistry } from "../connectors/formats";
import { readDefinitions, stageImages } from "../images/staging/client";
import type { StageResult } from "../images/staging/contract";
import { readLastUpdate } from "./lastOutputs";
import { changedConnectors, keptConnectors, liveProblems, readWorkers, workerAuth } from "./liveProblems";
import { preflight } from "./preflight";

/** What the first resource needs to know. */
export interface Prepared {
    config: PlatformConfig;
    staged: StageResult;
    /** Connectors that this run leaves as they are. Undefined: no worker answers. */
    keptConnectors?: string[];
}

/**
 * Everything before the first resource: reads the config, checks it by its rules, by the definitions of the plugins and by
 * live workers, checks this machine and the hosts, and makes the contexts of the images.
 *
 * @throws RunError, without a stack trace, with all problems. Nothing has been changed then.
 */
export async function prepare(): Promise<Prepared> {
    const config = loadConfig();
    reportProblems(config.warnings);
    const staging = stageImages({
        kafkaVersion: config.kafka.version,
        zookeeperVersion: config.zookeeper.version,
        artemisVersion: config.jmsBroker.version,
        plugins: config.connect.plugins,
        ...(runsRegistry(config) ? { registryVersion: config.registry.version } : {}),
        ...(config.watch.enabled ? { watch: true } : {}),
    });
    // A problem of the machine may be why staging fails, so it is reported first
    staging.catch(() => undefined);
    const last = await readLastUpdate();
    const workers = readWorkers(config, last);
    const stack = { project: pulumi.getProject(), stack: pulumi.getStack() };
    const machineProblems = await preflight(config, stack, { last });
    if (machineProblems.length > 0) {
        reportProblems(config.connectorProblems);
        throw new pulumi.RunError(`this machine is not ready:\n  ${machineProblems.join("\n  ")}`);
    }
    const staged = await staging.catch((error: unknown) => {
        reportProblems(config.connectorProblems);
        throw error;
    });
    const definitions = readDefinitions(staged);
    const problems = withoutRepeats(config.connectorProblems, definitionProblems(config, definitions));
    const seen = await workers;
    const changed = changedConnectors(config, seen);
    const live = await liveProblems(config.kafka.version, seen, changed, definitions, problems, workerAuth(last));
    for (const note of live.notes) void pulumi.log.warn(note);
    reportProblems(withoutRepeats(problems, live.problems));
    return { config, staged, keptConnectors: keptConnectors(config, seen, changed) };
}

/** Of problems of one path only the earliest. */
function withoutRepeats(first: Problem[], then: Problem[]): Problem[] {
    return [...first, ...then.filter(({ path }) => !first.some((problem) => problem.path === path))];
}
