import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { WorkerInfo } from "../client/types";

/** What is to happen when another Kafka cluster is found behind the workers than the one that a connector was made on. */
export type OnNewKafkaCluster = "refuse" | "recreate";

/** The part of a connector's identity that addresses cannot tell. */
export interface KafkaIdentity {
    /** Id of the Kafka cluster that the connector was made on; undefined when nobody asked then. */
    kafkaClusterId?: string;
    onNewKafkaCluster?: OnNewKafkaCluster;
}

/**
 * The id of the Kafka cluster behind the workers.
 *
 * @param worker the worker that tells it.
 * @returns with `isNew` when it is another one than the connector's, and that is to be followed.
 * @throws ConnectError when it is another one, and that is not.
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
            `${where} is a Connect cluster on Kafka cluster ${id}, and this connector was made on Kafka cluster ${known}. ` +
                "Nothing was done. Correct restUrls; or, when the old Kafka cluster is gone for good and this one is in its " +
                'place, set onNewKafkaCluster: "recreate"; or take the connector out of the state: pulumi state delete <its URN>',
        );
    }
    return { id, isNew };
}
