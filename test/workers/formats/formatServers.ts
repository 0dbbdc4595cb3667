import axios from "axios";
import { afterAll, beforeAll } from "vitest";
import { defaults } from "../../../config/defaults";
import { convertersOf, FORMAT_PLUGINS } from "../../../connectors/formats";
import { done, pending, waitFor } from "../../../servers/wait";
import { registryClient, type RowEvent, rowEvents } from "../../support/rows/registryRows";
import { ByteReader } from "../../support/rows/topics";
import { type ConnectProcesses, startConnectClusters } from "../../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers, startSource } from "../../support/workers/debeziumSource";
import { PostgresProcess } from "../../support/workers/postgresProcess";
import { type RegistryProcess, startRegistry } from "../../support/workers/registryProcess";

export const FORMATS = ["avro", "protobuf"] as const;
export type Format = (typeof FORMATS)[number];

/** A worker with all formats, its registry and a database, for the tests of a file. */
export class FormatServers {
    registry!: RegistryProcess;
    postgres!: PostgresProcess;
    connect!: ConnectProcesses;
    private readonly readers = new Map<string, ByteReader>();

    constructor() {
        beforeAll(async () => {
            this.registry = await startRegistry();
            this.postgres = await PostgresProcess.start();
            const plugins = { ...defaults.connect.plugins, ...FORMAT_PLUGINS.avro, ...FORMAT_PLUGINS.protobuf };
            const workers = await debeziumWorkers(plugins);
            this.connect = await startConnectClusters([{ version: "3.9.2", workers: 1, ...workers }]);
        });
        afterAll(async () => {
            await Promise.all([...this.readers.values()].map((reader) => reader.close()));
            await Promise.all([this.connect?.stop(), this.postgres?.close(), this.registry?.stop()]);
        });
    }

    get workerLog(): string {
        return this.connect.clusters[0]!.workers[0]!.log;
    }

    /** Creates or changes a source, and waits for its slot. Its name is also its slot and the prefix of its topics. */
    async source(
        name: string,
        format: Format,
        { publication, tables }: { publication: string; tables: string },
        settings: Record<string, string> = {},
    ): Promise<void> {
        const servers = { postgres: this.postgres, cluster: this.connect.clusters[0]! };
        const source = { ...servers, publication, slot: name, prefix: name, tables, writesAvro: format === "avro" };
        const config = { ...debeziumConfig(source), ...this.converters(format), ...settings };
        await startSource(name, config, servers);
    }

    converters(format: Format): Record<string, string> {
        return convertersOf(format, defaults.connect, [this.registry.url]);
    }

    connectorUrl(name: string): string {
        return `${this.connect.clusters[0]!.restUrls[0]}/connectors/${name}`;
    }

    async taskState(connector: string): Promise<{ state: string; trace?: string }> {
        const { data } = await axios.get<{ tasks: { state: string; trace?: string }[] }>(
            `${this.connectorUrl(connector)}/status`,
        );
        return data.tasks[0] ?? { state: "none" };
    }

    /** Waits until the task has failed. @returns why. */
    failure(connector: string): Promise<string> {
        const check = async () => {
            const { state, trace } = await this.taskState(connector);
            return state === "FAILED" ? done(trace!) : pending(state);
        };
        return waitFor(check, { what: `the task of ${connector}`, timeoutSeconds: 60, intervalSeconds: 0.2 });
    }

    /** Waits for so many changes in a topic, and decodes all there are by a client that knows nothing of this project. */
    async rows(topic: string, count: number): Promise<RowEvent[]> {
        const reader = this.readers.get(topic) ?? (await ByteReader.open([this.connect.bootstrapServers], topic));
        this.readers.set(topic, reader);
        return rowEvents(registryClient(this.registry.url), reader, count);
    }
}
