import * as pulumi from "@pulumi/pulumi";
import { definitionProblems } from "../config/checks/definitionProblems";
import { reportProblems } from "../config/errors";
import { loadConfig } from "../config/load";
import { Problem } from "../config/problem";
import { PlatformConfig } from "../config/schema";
import { readDefinitions, stageImages } from "../images/staging/client";
import type { StageResult } from "../images/staging/contract";
import { glanceAtWorkers, keptConnectors, liveProblems } from "./liveProblems";
import { preflight } from "./preflight";

/** What the first resource needs to know. */
export interface Prepared {
    config: PlatformConfig;
    staged: StageResult;
    /** Connectors that this run leaves as they are. Undefined: no worker tells. */
    keptConnectors?: string[];
}

/**
 * Everything that comes before the first resource: the config, checked by its rules, by what the plugins say of their
 * settings, and by live workers; the machine, checked; the contexts of the images.
 *
 * @throws RunError, without a stack trace, with every problem at once. Nothing was changed then.
 */
export async function prepare(): Promise<Prepared> {
    const config = loadConfig();
    reportProblems(config.warnings);
    const staging = stageImages({
        kafkaVersion: config.kafka.version,
        zookeeperVersion: config.zookeeper.version,
        artemisVersion: config.jmsBroker.version,
        plugins: config.connect.plugins,
        ...(config.watch.enabled ? { watch: true } : {}),
    });
    const glance = glanceAtWorkers(config);
    // What the machine lacks is said first: it may be why staging fails. A wrong config goes before both.
    staging.catch(() => undefined);
    const lacks = await preflight(config, { project: pulumi.getProject(), stack: pulumi.getStack() });
    if (lacks.length > 0) {
        reportProblems(config.connectorProblems);
        throw new pulumi.RunError(`this machine is not ready:\n  ${lacks.join("\n  ")}`);
    }
    const staged = await staging.catch((error: unknown) => {
        reportProblems(config.connectorProblems);
        throw error;
    });
    const definitions = readDefinitions(staged);
    const problems = withoutRepeats(config.connectorProblems, definitionProblems(config, definitions));
    const seen = await glance;
    const live = await liveProblems(config, seen, definitions, problems);
    for (const note of live.notes) void pulumi.log.warn(note);
    reportProblems(withoutRepeats(problems, live.problems));
    return { config, staged, keptConnectors: keptConnectors(config, seen) };
}

/** What was found first says it best. */
function withoutRepeats(first: Problem[], then: Problem[]): Problem[] {
    return [...first, ...then.filter(({ path }) => !first.some((problem) => problem.path === path))];
}
