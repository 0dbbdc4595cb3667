import { containerName, docker } from "./docker";

const tool = (className: string) => [
    ...["java", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", "/opt/kafka/libs/*"],
    ...[`org.apache.kafka.tools.${className}`, "--bootstrap-server", "kafka-0:19092"],
];

/** End offset of each partition (`topic:partition`), as Kafka's own tool has it. */
export async function endOffsets(stack: string): Promise<Map<string, number>> {
    const lines = (await runInBroker(stack, tool("GetOffsetShell"))).split("\n");
    const rows = lines.map((line) => /^(\S+:\d+):(\d+)$/.exec(line.trim())).filter((match) => match !== null);
    return new Map(rows.map(([, partition = "", offset]) => [partition, Number(offset)]));
}

/** Records that each consumer group has not committed yet, as Kafka's own tool has it. */
export async function groupLags(stack: string): Promise<Map<string, number>> {
    const command = [
        ...tool("consumer.group.ConsumerGroupCommand"),
        "--describe",
        "--all-groups",
        "--timeout",
        "60000",
    ];
    const lines = (await runInBroker(stack, command)).split("\n");
    const lags = new Map<string, number>();
    for (const [group = "", , , , , lag] of lines.map((line) => line.trim().split(/\s+/))) {
        if (/^\d+$/.test(lag ?? "")) lags.set(group, (lags.get(group) ?? 0) + Number(lag));
    }

    return lags;
}

async function runInBroker(stack: string, Cmd: string[]): Promise<string> {
    const container = docker.getContainer(containerName(stack, "kafka-0"));
    const exec = await container.exec({ Cmd, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ Tty: true, hijack: true });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);

    return Buffer.concat(chunks).toString("utf8");
}
