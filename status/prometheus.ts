import { countFindings, findingsOf } from "./findings/findings";
import type { Answer, ConnectorFacts, MemberAnswer, PlatformSnapshot, RetentionRisk } from "./snapshot";

/** Media type of {@link prometheusText}: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4";

/** Connect's states of a task. Each always has a value, so that a query sees a new state as a change from 0. */
const TASK_STATES = ["RUNNING", "PAUSED", "FAILED", "RESTARTING", "UNASSIGNED"];

interface Sample {
    labels?: Record<string, string | number>;
    value: number | boolean;
}

/**
 * A snapshot for Prometheus: what no JVM exports (slots, queues, differences from the declared state), and enough of the
 * rest to watch a stack whose metrics are off. A part without an answer has no value; `connect_cdc_part_up` shows it.
 */
export function prometheusText(snapshot: PlatformSnapshot): string {
    const { wrong, warnings } = countFindings(findingsOf(snapshot));
    return [
        gauge("look_timestamp_seconds", "Time of the snapshot", [{ value: snapshot.takenAt / 1000 }]),
        gauge("findings", "Findings of npm run status, by level", [
            { labels: { level: "wrong" }, value: wrong },
            { labels: { level: "warning" }, value: warnings },
        ]),
        gauge("part_up", "1 where the part answers", parts(snapshot)),
        gauge("member_up", "1 where the member answers", [
            ...members("zookeeper", snapshot.zookeeper),
            ...members("kafka", snapshot.kafka),
            ...members("connect", snapshot.connect),
            ...members("registry", snapshot.registry),
        ]),
        ...kafkaMetrics(snapshot),
        ...connectorMetrics(snapshot),
        ...slotMetrics(snapshot),
        ...queueMetrics(snapshot),
        gauge("certificate_expires_timestamp_seconds", "When the member's certificate ends", certificateEnds(snapshot)),
    ].join("");
}

function parts({ containers, kafkaCluster, connectors, database, jmsBroker }: PlatformSnapshot): Sample[] {
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

function members(role: string, answers: MemberAnswer<unknown>[]): Sample[] {
    return answers.map(({ name, answer }) => ({ labels: { role, member: name }, value: answer.ok }));
}

function kafkaMetrics({ kafkaCluster }: PlatformSnapshot): string[] {
    if (!kafkaCluster.ok) return [];
    const { underReplicated } = kafkaCluster.value;
    return [
        gauge("under_replicated_partitions", "Partitions without a leader or with a replica out of sync", [
            { value: underReplicated.length },
        ]),
    ];
}

function connectorMetrics({ connectors, missingConnectors }: PlatformSnapshot): string[] {
    if (!connectors.ok) return [];
    const all = connectors.value;
    return [
        gauge("connector_up", "1 where the connector is in its declared state, or, if not declared, has not failed", [
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
        gauge(
            "sink_removed_records",
            "Records that Kafka has removed before the sink read them",
            recordsAtRisk(all, ["removed"]),
        ),
        gauge(
            "sink_endangered_records",
            "Records that the sink has not read and Kafka removes soon, or removed while its group has no offset",
            recordsAtRisk(all, ["old", "noOffset"]),
        ),
    ];
}

function recordsAtRisk(connectors: ConnectorFacts[], kinds: RetentionRisk["kind"][]): Sample[] {
    const sinks = connectors.filter(({ lag }) => lag !== undefined);
    return sinks.map(({ name, retentionRisks }) => ({
        labels: { connector: name },
        value: retentionRisks.reduce((sum, { kind, records }) => sum + (kinds.includes(kind) ? records : 0), 0),
    }));
}

function isAsDeclared({ state, declaredState }: ConnectorFacts): boolean {
    return declaredState === undefined ? state !== "FAILED" : state.toLowerCase() === declaredState;
}

function slotMetrics({ database }: PlatformSnapshot): string[] {
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
            "1 while the replication slot has a reader",
            each((slot) => slot.active),
        ),
        gauge(
            "slot_lost",
            "1 when the server has removed log that the slot needs",
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
            "Write-ahead log that can be written before the slot loses its position",
            each((slot) => slot.safeWalBytes),
        ),
    ];
}

function queueMetrics({ jmsBroker }: PlatformSnapshot): string[] {
    if (!jmsBroker?.answer.ok) return [];
    const { queues, missingQueues } = jmsBroker.answer.value;
    const each = (value: (queue: (typeof queues)[number]) => number): Sample[] =>
        queues.map((queue) => ({ labels: { queue: queue.name }, value: value(queue) }));
    return [
        gauge("queue_up", "1 where the queue exists", [
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

function certificateEnds({ certificates = [] }: PlatformSnapshot): Sample[] {
    return certificates.flatMap(({ member, answer }) =>
        answer.ok ? [{ labels: { member }, value: answer.value.validTo / 1000 }] : [],
    );
}

function gauge(name: string, help: string, samples: Sample[]): string {
    return metric("gauge", name, help, samples);
}

/** A metric in the text format; an empty text without samples. */
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
