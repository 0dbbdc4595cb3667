import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineAddress } from "@connect-cdc/docker-engine";
import { INTERNAL_PORT, INTERNAL_TLS_PORT } from "../components/render/brokerListeners";
import { clientTlsSettings } from "../components/render/kafkaTls";
import { renderProperties } from "../components/render/properties";
import { TLS_FILES } from "../components/render/tls";
import type { PartitionState } from "../servers/kafka";
import { moveOff } from "./reassignment";

const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";
/** Bootstrap server for tools in a broker's container, on one host. On several hosts brokers have one listener address. */
const INTERNAL_BOOTSTRAP = `kafka-0:${INTERNAL_PORT}`;
const INTERNAL_TLS_BOOTSTRAP = `kafka-0:${INTERNAL_TLS_PORT}`;

/** A cluster whose brokers are reduced. */
export interface ShrinkingCluster {
    /** Addresses of the brokers that stay, by id. */
    brokers: string[];
    /** Addresses of the listeners with TLS for the operator, by id of the broker. Default: the cluster takes plain links. */
    operator?: string[];
    /** Number of Docker engines of the stack. */
    engines: number;
    /** Container of broker 0, and its engine. */
    container: { engine: EngineAddress; name: string };
    partitions: PartitionState[];
    /** Ids of the brokers that go. */
    going: number[];
}

/**
 * Writes the reassignment to a temporary file. Returns the commands that execute it in the container of a broker. With TLS the
 * tool has the broker's own certificate, by a file of client settings beside that file: a key never leaves the container.
 */
export function reassignmentCommands(cluster: ShrinkingCluster): string {
    const { brokers, operator, engines, container, partitions, going } = cluster;
    const staying = brokers.map((_, id) => id);
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-move-"));
    const file = join(folder, "move.json");
    writeFileSync(file, `${JSON.stringify(moveOff(partitions, going, staying))}\n`);
    const { engine, name } = container;
    const docker = engine.endpoint === DEFAULT_ENDPOINT ? "docker" : `docker -H ${engine.endpoint}`;
    const copies = [`    ${docker} cp ${file} ${name}:/tmp/move.json`];
    let bootstrap = engines === 1 ? INTERNAL_BOOTSTRAP : brokers[0];
    if (operator !== undefined) {
        const settings = join(folder, "client.properties");
        writeFileSync(settings, renderProperties(clientTlsSettings({ store: TLS_FILES.store })));
        copies.push(`    ${docker} cp ${settings} ${name}:/tmp/client.properties`);
        bootstrap = `${engines === 1 ? INTERNAL_TLS_BOOTSTRAP : operator[0]} --command-config /tmp/client.properties`;
    }
    const tool =
        `${docker} exec ${name} java -Xmx64m -cp '/opt/kafka/libs/*' ` +
        "org.apache.kafka.tools.reassign.ReassignPartitionsCommand " +
        `--bootstrap-server ${bootstrap} --reassignment-json-file /tmp/move.json`;
    return [...copies, `    ${tool} --execute`, `    ${tool} --verify    # until nothing is in progress`].join("\n");
}
