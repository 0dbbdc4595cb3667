import { type ConnectorOffset, offsetSteps, stringifyExact } from "@connect-cdc/connector/client";
import { isPostgresSource, lsnText } from "@connect-cdc/connector/postgres";

/** The offsets of a connector as text, a line for each partition. */
export function offsetLines(connectorClass: string, offsets: ConnectorOffset[]): string[] {
    if (offsets.length === 0) return ["  none: the connector has not committed any, or they were reset"];

    return offsets.map(
        ({ partition, offset }) => `  ${partitionText(partition)}: ${offsetText(connectorClass, offset)}`,
    );
}

/** A line for each partition: before -> after. */
export function changeLines(connectorClass: string, before: ConnectorOffset[], after: ConnectorOffset[]): string[] {
    const steps = offsetSteps(before, after);
    if (steps.length === 0) return ["  none, before and after"];

    return steps.map((step) => {
        const [from, to] = [step.before, step.after].map((offset) => offsetText(connectorClass, offset));
        return `  ${partitionText(step.partition)}: ${from === to ? `${from} (unchanged)` : `${from} -> ${to}`}`;
    });
}

function partitionText({ kafka_topic: topic, kafka_partition: partition, ...others }: ConnectorOffset["partition"]) {
    const isOfTopic = topic !== undefined && Object.keys(others).length === 0;
    return isOfTopic ? `${String(topic)}-${String(partition)}` : fields({ ...others });
}

function offsetText(connectorClass: string, offset: ConnectorOffset["offset"] | undefined): string {
    if (!offset) return "none";

    const { kafka_offset: position, ...others } = offset;
    if (position !== undefined && Object.keys(others).length === 0) return String(position);

    const isPostgres = isPostgresSource(connectorClass);
    return fields(offset, (key, value) =>
        isPostgres && key.startsWith("lsn") && /^\d+$/.test(String(value))
            ? ` (${lsnText(BigInt(String(value)))})`
            : "",
    );
}

function fields(values: Record<string, unknown>, more: (key: string, value: unknown) => string = () => ""): string {
    return Object.entries(values)
        .map(([key, value]) => {
            const text = typeof value === "string" ? value : stringifyExact(value);
            return `${key}=${text}${more(key, value)}`;
        })
        .join(" ");
}
