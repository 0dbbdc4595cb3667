import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../config/load";
import { type PlatformConfig } from "../config/schema";
import { runsRegistry } from "../connectors/formats";
import type { StageRequest } from "../images/staging/contract";
import { PROJECT } from "../tools/project";

/** Configs that use what the defaults do not. */
const FORMATS = [{ connect: { format: "avro" } }, { connect: { format: "protobuf" } }];

/** The staging requests for the defaults, for each format, and for every Pulumi.*.yaml of the checkout. */
export function stageRequests(checkout: string): StageRequest[] {
    return [{}, ...FORMATS, ...stackConfigs(checkout)].map((raw) => requestOf(parseConfig(raw)));
}

/** The project's config in each stack file, as input of `parseConfig`. */
function stackConfigs(checkout: string): Record<string, unknown>[] {
    return readdirSync(checkout)
        .filter((name) => /^Pulumi\..+\.ya?ml$/.test(name))
        .map((name) => {
            const { config } = (parse(readFileSync(join(checkout, name), "utf8")) ?? {}) as StackFile;
            const own = Object.entries(config ?? {}).filter(([key]) => key.startsWith(`${PROJECT}:`));
            // Staging needs no secrets, and their values are encrypted
            return Object.fromEntries(
                own.map(([key, value]) => [key.slice(PROJECT.length + 1), value]).filter(([key]) => key !== "secrets"),
            );
        });
}

interface StackFile {
    config?: Record<string, unknown>;
}

function requestOf(config: PlatformConfig): StageRequest {
    const { kafka, zookeeper, jmsBroker, connect, registry } = config;
    return {
        ...(runsRegistry(config) ? { registryVersion: registry.version } : {}),
        kafkaVersion: kafka.version,
        zookeeperVersion: zookeeper.version,
        artemisVersion: jmsBroker.version,
        plugins: connect.plugins,
    };
}
