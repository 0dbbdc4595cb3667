import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import { listConnectors } from "../../servers/connect";
import { endsOf } from "../../servers/connectorEnds";

/** Returns a test for topics: true where Debezium sources of the workers write the changes of tables. */
export async function capturedTopics(
    workers: string[],
    credentials?: Credentials,
): Promise<(topic: string) => boolean> {
    const lists = workers.map((url) => listConnectors(url, credentials));
    const connectors = await Promise.any(lists).catch((error: unknown) => {
        throw new Error(`no worker answers with its connectors (${messageOf(error)}); name a topic with --topic`);
    });
    const prefixes = connectors.flatMap(({ info }) => {
        const { topicPrefix } = endsOf(info.config);
        return topicPrefix === undefined ? [] : [`${topicPrefix}.`];
    });
    if (prefixes.length === 0) throw new Error("no Debezium source found; name a topic with --topic");

    return (topic) => prefixes.some((prefix) => topic.startsWith(prefix));
}
