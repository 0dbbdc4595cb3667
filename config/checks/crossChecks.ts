import type { PlatformConfig } from "../config";
import { Fault } from "../fault";
import { connectorFaults } from "./connectors";
import { deletionFaults } from "./deletions";
import { hostFaults } from "./hosts";
import { pluginFaults } from "./plugins";
import { portFaults } from "./ports";
import { referenceFaults } from "./secrets";
import { replicationFaults, serverFaults } from "./servers";

/** Rules that span several values. Each runs when the sections that it reads are well formed. */
export function crossChecks(c: Partial<PlatformConfig>): Fault[] {
    return [
        ...hostFaults(c),
        ...serverFaults(c),
        ...replicationFaults(c),
        ...portFaults(c),
        ...pluginFaults(c),
        ...referenceFaults(c),
        ...connectorFaults(c),
        ...deletionFaults(c),
    ];
}
