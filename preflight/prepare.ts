import * as pulumi from "@pulumi/pulumi";
import { definitionFaults } from "../config/checks/definitionFaults";
import { judge, loadConfig, PlatformConfig } from "../config/config";
import { Fault } from "../config/fault";
import { readDefinitions, stageImages } from "../images/staging/client";
import type { StageResult } from "../images/staging/contract";
import { glanceAtWorkers, keptConnectors, liveFaults } from "./liveFaults";
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
 * @throws RunError, without a stack trace, with every fault at once. Nothing was changed then.
 */
export async function prepare(): Promise<Prepared> {
    const config = loadConfig();
    judge(config.warnings);
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
        judge(config.connectorFaults);
        throw new pulumi.RunError(`this machine is not ready:\n  ${lacks.join("\n  ")}`);
    }
    const staged = await staging.catch((error: unknown) => {
        judge(config.connectorFaults);
        throw error;
    });
    const definitions = readDefinitions(staged);
    const faults = withoutRepeats(config.connectorFaults, definitionFaults(config, definitions));
    const seen = await glance;
    const live = await liveFaults(config, seen, definitions, faults);
    for (const note of live.notes) void pulumi.log.warn(note);
    judge(withoutRepeats(faults, live.faults));
    return { config, staged, keptConnectors: keptConnectors(config, seen) };
}

/** What was found first says it best. */
function withoutRepeats(first: Fault[], then: Fault[]): Fault[] {
    return [...first, ...then.filter(({ path }) => !first.some((fault) => fault.path === path))];
}
