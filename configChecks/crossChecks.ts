import type { PlatformConfig } from "../config";
import { connectorFaults } from "./connectors";
import { deletionFaults } from "./deletions";
import { Fault } from "./fault";
import { hostFaults } from "./hosts";
import { pluginFaults } from "./plugins";
import { portFaults } from "./ports";
import { referenceFaults } from "./secrets";
import { replicationFaults, serverFaults } from "./servers";

/**
 * Rules that span several values. Each runs when the sections that it reads are well formed.
 * @param topicsKnown false: some connector is malformed, so that nobody knows which topics there will be.
 */
export function crossChecks(c: Partial<PlatformConfig>, topicsKnown: boolean): Fault[] {
    return [
        ...hostFaults(c),
        ...serverFaults(c),
        ...replicationFaults(c),
        ...portFaults(c),
        ...pluginFaults(c),
        ...referenceFaults(c),
        ...connectorFaults(c, topicsKnown),
        ...deletionFaults(c),
    ];
}
