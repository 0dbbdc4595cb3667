import { join } from "node:path";

/** Arguments of a connector, as the class `Connector` takes them. */
export interface FileConnectorArgs {
    name: string;
    cluster: string;
    restUrls: string[];
    class: string;
    config: Record<string, string>;
}

/**
 * So many connectors that read or write a file, every second one a sink.
 *
 * @param folder folder of the files.
 * @param more settings of each.
 */
export function fileConnectors(
    count: number,
    restUrls: string[],
    folder: string,
    more: Record<string, string> = {},
): FileConnectorArgs[] {
    return Array.from({ length: count }, (_, i) => {
        const isSink = i % 2 === 1;
        return {
            name: `file-${i}`,
            cluster: "many",
            restUrls,
            class: `org.apache.kafka.connect.file.FileStream${isSink ? "Sink" : "Source"}Connector`,
            config: { file: join(folder, `file-${i}`), [isSink ? "topics" : "topic"]: "lines", ...more },
        };
    });
}
