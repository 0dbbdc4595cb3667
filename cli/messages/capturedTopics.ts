import { connectorStatuses } from "../../servers/connect";
import { messageOf } from "../../servers/wait";

/** Returns a test for topics: true where Debezium sources of the workers write the changes of tables. */
export async function capturedTopics(workers: string[]): Promise<(topic: string) => boolean> {
    const connectors = await Promise.any(workers.map((url) => connectorStatuses(url))).catch((error: unknown) => {
        throw new Error(`no worker answers with its connectors (${messageOf(error)}); name a topic with --topic`);
    });
    const prefixes = connectors.flatMap(({ topicPrefix }) => (topicPrefix === undefined ? [] : [`${topicPrefix}.`]));
    if (prefixes.length === 0) throw new Error("no Debezium source found; name a topic with --topic");

    return (topic) => prefixes.some((prefix) => topic.startsWith(prefix));
}
