import { findings } from "./findings/findings";
import type { Answer, ConnectorFacts, MemberReport, PlatformReport } from "./platformReport";

/** Media type of {@link prometheusText}: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4";

/** Connect's words for the state of a task. Each has a value at any time, so that a state that comes can be seen to. */
const TASK_STATES = ["RUNNING", "PAUSED", "FAILED", "RESTARTING", "UNASSIGNED"];

interface Sample {
    labels?: Record<string, string | number>;
    value: number | boolean;
}

/**
 * A look at the platform for Prometheus: what no JVM knows (slots, queues, whether all is as declared), and enough of the
 * rest to watch a stack whose metrics are off. What gave no answer has no value; `connect_cdc_part_up` tells.
 */
export function prometheusText(report: PlatformReport): string {
    const found = findings(report);
    const findingCount = (level: string) => found.filter((finding) => finding.level === level).length;
    return [
        gauge("look_timestamp_seconds", "When the platform was looked at", [{ value: report.takenAt / 1000 }]),
        gauge("findings", "Things that npm run status names, by level", [
            { labels: { level: "wrong" }, value: findingCount("wrong") },
            { labels: { level: "warning" }, value: findingCount("warning") },
        ]),
        gauge("part_up", "1 where the part answers", parts(report)),
        gauge("member_up", "1 where the member answers", [
            ...members("zookeeper", report.zookeeper),
            ...members("kafka", report.kafka),
            ...members("connect", report.connect),
        ]),
        ...kafkaMetrics(report),
        ...connectorMetrics(report),
        ...slotMetrics(report),
        ...queueMetrics(report),
    ].join("");
}

function parts({ containers, kafkaCluster, connectors, database, jmsBroker }: PlatformReport): Sample[] {
    const answers: Record<string, Answer<unknown> | undefined> = {
        containers,
        kafka: kafkaCluster,
        connect: connectors,
        database: database?.answer,
        jmsBroker: jmsBroker?.answer,
    };
    return Object.entries(answers).flatMap(([part, answer]) =>
        answer === undefined ? [] : [{ labels: { part }, value: answer.ok }],
    );
}

function members(role: string, reports: MemberReport<unknown>[]): Sample[] {
    return reports.map(({ name, answer }) => ({ labels: { role, member: name }, value: answer.ok }));
}

function kafkaMetrics({ kafkaCluster }: PlatformReport): string[] {
    if (!kafkaCluster.ok) return [];
    const { underReplicated } = kafkaCluster.value;
    return [
        gauge("under_replicated_partitions", "Partitions without a leader or with a replica out of sync", [
            { value: underReplicated.length },
        ]),
    ];
}

function connectorMetrics({ connectors, missingConnectors }: PlatformReport): string[] {
    if (!connectors.ok) return [];
    const all = connectors.value;
    return [
        gauge("connector_up", "1 where the connector is in the state that the stack declares; of others: not failed", [
            ...all.map((connector) => ({ labels: { connector: connector.name }, value: isAsDeclared(connector) })),
            ...missingConnectors.map((connector) => ({ labels: { connector }, value: 0 })),
        ]),
        gauge(
            "connector_tasks",
            "Tasks of the connector by state",
            all.flatMap(({ name, tasks }) =>
                TASK_STATES.map((state) => ({
                    labels: { connector: name, state: state.toLowerCase() },
                    value: tasks.filter((task) => task.state === state).length,
                })),
            ),
        ),
        gauge(
            "sink_lag_records",
            "Records of its topics that the sink has not committed yet",
            all.flatMap(({ name, lag }) => (lag === undefined ? [] : [{ labels: { connector: name }, value: lag }])),
        ),
    ];
}

function isAsDeclared({ state, declaredState }: ConnectorFacts): boolean {
    return declaredState === undefined ? state !== "FAILED" : state.toLowerCase() === declaredState;
}

function slotMetrics({ database }: PlatformReport): string[] {
    if (!database?.answer.ok) return [];
    const { slots } = database.answer.value;
    const each = (value: (slot: (typeof slots)[number]) => number | boolean | undefined): Sample[] =>
        slots.flatMap((slot) => {
            const known = value(slot);
            return known === undefined ? [] : [{ labels: { slot: slot.name }, value: known }];
        });
    return [
        gauge(
            "slot_active",
            "1 while somebody reads the replication slot",
            each((slot) => slot.active),
        ),
        gauge(
            "slot_lost",
            "1 when the log that the slot needs is gone",
            each((slot) => slot.walStatus === "lost"),
        ),
        gauge(
            "slot_lag_bytes",
            "Write-ahead log that the slot's reader has not confirmed",
            each((slot) => slot.lagBytes),
        ),
        gauge(
            "slot_wal_held_bytes",
            "Write-ahead log that the database keeps for the slot",
            each((slot) => slot.walHeldBytes),
        ),
        gauge(
            "slot_wal_safe_bytes",
            "Write-ahead log that may yet be written before the slot is in danger",
            each((slot) => slot.safeWalBytes),
        ),
    ];
}

function queueMetrics({ jmsBroker }: PlatformReport): string[] {
    if (!jmsBroker?.answer.ok) return [];
    const { queues, missingQueues } = jmsBroker.answer.value;
    const each = (value: (queue: (typeof queues)[number]) => number): Sample[] =>
        queues.map((queue) => ({ labels: { queue: queue.name }, value: value(queue) }));
    return [
        gauge("queue_up", "1 where the queue is there", [
            ...each(() => 1),
            ...missingQueues.map((queue) => ({ labels: { queue }, value: 0 })),
        ]),
        gauge(
            "queue_messages",
            "Messages in the queue",
            each(({ depth }) => depth),
        ),
        gauge(
            "queue_consumers",
            "Consumers of the queue",
            each(({ consumers }) => consumers),
        ),
        metric(
            "counter",
            "queue_added_messages_total",
            "Messages added since the broker started",
            each(({ added }) => added),
        ),
    ];
}

function gauge(name: string, help: string, samples: Sample[]): string {
    return metric("gauge", name, help, samples);
}

/** A metric of the text format; nothing when it has no value. */
function metric(type: string, name: string, help: string, samples: Sample[]): string {
    if (samples.length === 0) return "";
    const full = `connect_cdc_${name}`;
    const lines = samples.map(({ labels = {}, value }) => `${full}${labelText(labels)} ${Number(value)}`);
    return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ""].join("\n");
}

function labelText(labels: Record<string, string | number>): string {
    const entries = Object.entries(labels);
    if (entries.length === 0) return "";
    return `{${entries.map(([name, value]) => `${name}="${escape(String(value))}"`).join(",")}}`;
}

function escape(text: string): string {
    return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
