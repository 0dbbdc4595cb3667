import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../config/load";
import { type PlatformConfig } from "../config/schema";
import type { StageRequest } from "../images/staging/contract";
import { PROJECT } from "../tools/project";

/** What the defaults and every Pulumi.*.yaml of the checkout ask of staging. */
export function stageRequests(checkout: string): StageRequest[] {
    return [{}, ...stackConfigs(checkout)].map((raw) => requestOf(parseConfig(raw)));
}

/** The project's part of each stack file, as `parseConfig` takes it. */
function stackConfigs(checkout: string): Record<string, unknown>[] {
    return readdirSync(checkout)
        .filter((name) => /^Pulumi\..+\.ya?ml$/.test(name))
        .map((name) => {
            const { config } = (parse(readFileSync(join(checkout, name), "utf8")) ?? {}) as StackFile;
            const own = Object.entries(config ?? {}).filter(([key]) => key.startsWith(`${PROJECT}:`));
            // Values of secrets are not needed, and not readable here
            return Object.fromEntries(
                own.map(([key, value]) => [key.slice(PROJECT.length + 1), value]).filter(([key]) => key !== "secrets"),
            );
        });
}

interface StackFile {
    config?: Record<string, unknown>;
}

function requestOf({ kafka, zookeeper, jmsBroker, connect }: PlatformConfig): StageRequest {
    return {
        kafkaVersion: kafka.version,
        zookeeperVersion: zookeeper.version,
        artemisVersion: jmsBroker.version,
        plugins: connect.plugins,
    };
}
