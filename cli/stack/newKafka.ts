import { workerInfo } from "../../servers/connect";
import { CONNECTOR, type StackState } from "./state";

/**
 * True when the workers use another Kafka cluster than the connectors of the state: Kafka has lost its data, and the
 * connectors with it. One request to each worker; the first answer counts. False when no worker answers.
 */
export async function isOnNewKafka({ resources }: StackState): Promise<boolean> {
    const connectors = resources.filter(({ type }) => type === CONNECTOR);
    const known = connectors.map(({ outputs }) => outputs?.["kafkaClusterId"]).filter((id) => typeof id === "string");
    const restUrls = connectors[0]?.outputs?.["restUrls"];
    if (known.length === 0 || !Array.isArray(restUrls)) return false;
    try {
        const { kafka_cluster_id: kafkaClusterId } = await Promise.any(restUrls.map((url) => workerInfo(String(url))));
        return known.some((id) => id !== kafkaClusterId);
    } catch {
        return false;
    }
}
