import type { Credentials } from "@connect-cdc/connector/client";
import { workerInfo } from "../../servers/connect";
import { CONNECTOR, type StackState } from "./state";

/**
 * True when the workers use another Kafka cluster than the connectors of the state: Kafka has lost its data, and the
 * connectors with it. One request to each worker; the first answer counts. False when no worker answers.
 *
 * @param readCredentials reads the operator's credentials. Called for workers with TLS only.
 */
export async function isOnNewKafka(
    { resources }: StackState,
    readCredentials: () => Promise<Credentials | undefined>,
): Promise<boolean> {
    const connectors = resources.filter(({ type }) => type === CONNECTOR);
    const known = connectors.map(({ outputs }) => outputs?.["kafkaClusterId"]).filter((id) => typeof id === "string");
    const restUrls = connectors[0]?.outputs?.["restUrls"];
    if (known.length === 0 || !Array.isArray(restUrls)) return false;
    try {
        const urls = restUrls.map(String);
        const credentials = urls.some((url) => url.startsWith("https:")) ? await readCredentials() : undefined;
        const answer = await Promise.any(urls.map((url) => workerInfo(url, credentials)));
        const { kafka_cluster_id: kafkaClusterId } = answer;
        return known.some((id) => id !== kafkaClusterId);
    } catch {
        return false;
    }
}
