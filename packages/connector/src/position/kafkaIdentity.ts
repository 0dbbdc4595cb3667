import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { WorkerInfo } from "../client/types";
import type { OnNewKafkaCluster } from "../inputs/connectorInputs";

/** The Kafka cluster of a connector. It is a part of its identity that addresses do not show. */
export interface KafkaIdentity {
    /** Id of the Kafka cluster that the connector was created on; undefined in an older state. */
    kafkaClusterId?: string;
    onNewKafkaCluster?: OnNewKafkaCluster;
}

/**
 * The id of the Kafka cluster behind the workers.
 *
 * @param worker a worker of the cluster.
 * @returns `isNew`: true when it is not the connector's cluster, and `onNewKafkaCluster` allows it.
 * @throws ConnectError when it is not the connector's cluster, and `onNewKafkaCluster` does not allow it.
 */
export async function kafkaCluster(
    connectors: Connectors,
    { kafkaClusterId: known, onNewKafkaCluster }: KafkaIdentity,
    worker: Promise<WorkerInfo> = connectors.worker(),
): Promise<{ id: string; isNew: boolean }> {
    const { kafka_cluster_id: id } = await worker;
    const isNew = known !== undefined && known !== id;
    if (isNew && onNewKafkaCluster !== "recreate") {
        const where = connectors.client.redact(connectors.client.restUrls.join(", "));
        throw new ConnectError(
            "refused",
            `${where} is a Connect cluster on Kafka cluster ${id}, and this connector was created on Kafka cluster ${known}. ` +
                "Nothing was done. Correct restUrls; or, if this Kafka cluster replaces the old one, set " +
                'onNewKafkaCluster: "recreate"; or remove the connector from the state: pulumi state delete <its URN>',
        );
    }
    return { id, isNew };
}
