import { createHash } from "node:crypto";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import axios from "axios";
import { defaults } from "../../../config/defaults";
import { DEBEZIUM_POSTGRES_CLASS, debeziumPostgres, writesKeysAsText } from "../../../connectors/debeziumPostgres";
import type { PluginSource } from "../../../images/staging/contract";
import { stagePlugins } from "../../../images/staging/plugins";
import { resolvePlugins } from "../../../images/staging/resolve";
import { done, pending, waitFor } from "../../../servers/wait";
import { cacheFolder } from "../../../tools/folders";
import { CHECKOUT } from "../../../tools/project";
import { DATABASE, type PostgresProcess } from "./postgresProcess";
import type { ClusterSpec, ConnectCluster } from "./workerProcess";

const PLUGIN = "debezium-postgres";

/**
 * The part of a cluster's spec that makes its workers those of a stack with Debezium: the plugin as in the image, with our
 * correction, heap and converters.
 *
 * @param plugins plugins beside Debezium, or instead of its default, by folder.
 */
export async function debeziumWorkers(
    plugins: Record<string, PluginSource> = {},
): Promise<Required<Pick<ClusterSpec, "config" | "javaArgs">>> {
    const { heapMb, keyConverter, valueConverter } = defaults.connect;
    return {
        config: {
            "plugin.path": await pluginPath({ [PLUGIN]: defaults.connect.plugins[PLUGIN], ...plugins }),
            "key.converter": keyConverter,
            "value.converter": valueConverter,
            "value.converter.schemas.enable": "false",
        },
        javaArgs: [`-Xmx${heapMb}m`],
    };
}

async function pluginPath(plugins: Record<string, PluginSource>): Promise<string> {
    const request = { plugins };
    const staged = await stagePlugins(request, { plugins: await resolvePlugins(request, CHECKOUT) }, CHECKOUT);
    const digest = createHash("sha256")
        .update(staged.map(({ folder }) => folder).join())
        .digest("hex");
    const path = cacheFolder("test-plugins", digest.slice(0, 32));
    for (const { name, folder } of staged) {
        try {
            symlinkSync(folder, join(path, name));
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
    }
    return path;
}

/** What a source on plain processes reads. */
export interface DebeziumSource {
    postgres: PostgresProcess;
    /** The workers, for the name of their topic of offsets. */
    cluster: Pick<ConnectCluster, "groupId">;
    /** It must exist. */
    publication: string;
    /** Small letters, digits and `_`. */
    slot: string;
    /** `topic.prefix`. */
    prefix: string;
    /** `table.include.list`. */
    tables: string;
    /** File with the authorities of the database's certificate. Default: no TLS. */
    rootCertFile?: string;
    /** Default false. */
    writesAvro?: boolean;
}

/** The config of a source as a stack completes it, with `connector.class`, as Connect's REST API takes it. */
export function debeziumConfig(source: DebeziumSource): Record<string, string> {
    return {
        "connector.class": DEBEZIUM_POSTGRES_CLASS,
        ...debeziumPostgres({
            host: "127.0.0.1",
            port: source.postgres.port,
            database: DATABASE.name,
            user: DATABASE.user,
            password: DATABASE.password,
            rootCertFile: source.rootCertFile,
            publication: source.publication,
            slot: source.slot,
            offsetStorageTopic: `${source.cluster.groupId}-offsets`,
            workersWriteKeysAsText: writesKeysAsText(defaults.connect.keyConverter),
            // These workers have no other plugin than Debezium
            writesTimesAsText: false,
            writesAvro: source.writesAvro,
            brokers: 1,
            heapMb: defaults.connect.heapMb,
        }),
        "topic.prefix": source.prefix,
        "table.include.list": source.tables,
    };
}

/** Creates or changes a source, and waits until its slot exists: from then on it captures every change. */
export async function startSource(
    name: string,
    config: Record<string, string>,
    { postgres, cluster }: { postgres: PostgresProcess; cluster: Pick<ConnectCluster, "restUrls"> },
): Promise<void> {
    await axios.put(`${cluster.restUrls[0]}/connectors/${name}/config`, config);
    const slot = config["slot.name"];
    const check = async () => {
        const rows = await postgres.query("select from pg_replication_slots where slot_name = $1", [slot]);
        return rows.length > 0 ? done() : pending("it does not exist");
    };
    await waitFor(check, { what: `slot ${slot}`, timeoutSeconds: 90, intervalSeconds: 0.1 });
}
