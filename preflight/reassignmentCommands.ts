import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineAddress } from "@connect-cdc/docker-engine";
import type { PartitionState } from "../servers/kafka";
import { moveOff } from "./reassignment";

const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";
/** Bootstrap server for tools in a broker's container, on one host. On several hosts brokers have one listener address. */
const INTERNAL_BOOTSTRAP = "kafka-0:19092";

/** A cluster whose brokers are reduced. */
export interface ShrinkingCluster {
    /** Addresses of the brokers that stay, by id. */
    brokers: string[];
    /** Number of Docker engines of the stack. */
    engines: number;
    /** Container of broker 0, and its engine. */
    container: { engine: EngineAddress; name: string };
    partitions: PartitionState[];
    /** Ids of the brokers that go. */
    going: number[];
}

/** Writes the reassignment to a temporary file. Returns the commands that execute it. */
export function reassignmentCommands({ brokers, engines, container, partitions, going }: ShrinkingCluster): string {
    const staying = brokers.map((_, id) => id);
    const file = join(mkdtempSync(join(tmpdir(), "connect-cdc-move-")), "move.json");
    writeFileSync(file, `${JSON.stringify(moveOff(partitions, going, staying))}\n`);
    const { engine, name } = container;
    const docker = engine.endpoint === DEFAULT_ENDPOINT ? "docker" : `docker -H ${engine.endpoint}`;
    const bootstrap = engines === 1 ? INTERNAL_BOOTSTRAP : brokers[0];
    const tool =
        `${docker} exec ${name} java -Xmx64m -cp '/opt/kafka/libs/*' ` +
        "org.apache.kafka.tools.reassign.ReassignPartitionsCommand " +
        `--bootstrap-server ${bootstrap} --reassignment-json-file /tmp/move.json`;
    return [
        `    ${docker} cp ${file} ${name}:/tmp/move.json`,
        `    ${tool} --execute`,
        `    ${tool} --verify    # until nothing is in progress`,
    ].join("\n");
}
