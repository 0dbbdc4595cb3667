import type { QueueState } from "../servers/artemis";
import type { SlotState } from "../servers/postgres";
import type { Finding } from "./finding";
import type { PlatformStatus } from "./findings/findings";
import { connectorKeys, type Level, levelOf, stateLevel, worst } from "./levels";
import { type Counts, queueKey, rate, rates, topicKey } from "./rates";
import type { ConnectorFacts, PlatformSnapshot, TopicFacts } from "./snapshot";
import { bytesText, countText, plural, rateText } from "./units";

/** A station of a row on its way. */
export interface FlowNode {
    name: string;
    level: Level;
    /** Its state in one word. */
    state: string;
    /** Its most important number, with the unit. */
    figure?: { value: string; unit: string };
    /** One more line. */
    note: string;
    /** Rates of the last minute, oldest first. */
    rates?: (number | undefined)[];
}

/** All stations of one kind. */
export interface Stage {
    title: string;
    note: string;
    nodes: FlowNode[];
}

/** A connection from a node of one stage to a node of the next stage, by their indexes. */
export interface FlowEdge {
    from: number;
    to: number;
    /** Rows have passed within the last seconds. */
    isFlowing: boolean;
}

/** The way of the rows: five stages, and the connections between each two of them. */
export interface Flow {
    stages: Stage[];
    edges: FlowEdge[][];
}

/** A status, with the counts of the last snapshots. */
export interface TrackedStatus extends PlatformStatus {
    history: Counts[];
}

/** Most nodes that a stage shows. The tables below the picture have all. */
const MOST_NODES = 24;

/** From the database's slots through source connectors, topics and sinks to the queues. */
export function flowOf(status: TrackedStatus): Flow {
    const { snapshot } = status;
    const connectors = snapshot.connectors.ok ? snapshot.connectors.value : [];
    const sources = connectors.filter(({ type }) => type === "source");
    const sinks = connectors.filter(({ type }) => type !== "source");
    const slots = snapshot.database?.answer.ok ? snapshot.database.answer.value.slots : [];
    const topics = usedTopics(snapshot, connectors);
    const queues = snapshot.jmsBroker?.answer.ok ? snapshot.jmsBroker.answer.value.queues : [];
    const isTopicFlowing = ({ name }: TopicFacts) => isFlowing(status, topicKey(name));
    const isSourceFlowing = (source: ConnectorFacts) =>
        topics.some((topic) => writes(source, topic) && isTopicFlowing(topic));
    return {
        stages: [
            databaseStage(status, slots),
            connectorStage(status, "Sources", sources, (source) => sourceNode(status, source, topics)),
            topicStage(status, topics),
            connectorStage(status, "Sinks", sinks, (sink) => sinkNode(status, sink)),
            queueStage(status, queues),
        ],
        edges: [
            edges(
                slots,
                sources,
                (slot, source) => source.slot === slot.name,
                (_, source) => isSourceFlowing(source),
            ),
            edges(sources, topics, writes, (_, topic) => isTopicFlowing(topic)),
            edges(
                topics,
                sinks,
                (topic, sink) => sink.topics.includes(topic.name),
                (topic, sink) => isTopicFlowing(topic) && sink.tasks.some(({ state }) => state === "RUNNING"),
            ),
            edges(
                sinks,
                queues,
                (sink, queue) => sink.queue === queue.name,
                (_, { name }) => isFlowing(status, queueKey(name)),
            ),
        ],
    };
}

/** Topics between sources and sinks, without the internal topics of Connect and Kafka. */
function usedTopics({ kafkaCluster }: PlatformSnapshot, connectors: ConnectorFacts[]): TopicFacts[] {
    const topics = kafkaCluster.ok ? kafkaCluster.value.topics : [];
    return topics.filter((topic) =>
        connectors.some((connector) => writes(connector, topic) || connector.topics.includes(topic.name)),
    );
}

function writes({ topicPrefix }: ConnectorFacts, { name }: TopicFacts): boolean {
    return topicPrefix !== undefined && name.startsWith(`${topicPrefix}.`);
}

function isFlowing({ history }: TrackedStatus, key: string): boolean {
    return (rate(history, key) ?? 0) > 0;
}

function edges<A, B>(
    from: A[],
    to: B[],
    isJoined: (a: A, b: B) => boolean,
    flows: (a: A, b: B) => boolean,
): FlowEdge[] {
    return from
        .slice(0, MOST_NODES)
        .flatMap((a, i) =>
            to
                .slice(0, MOST_NODES)
                .flatMap((b, k) => (isJoined(a, b) ? [{ from: i, to: k, isFlowing: flows(a, b) }] : [])),
        );
}

function databaseStage({ snapshot: { database }, findings }: TrackedStatus, slots: SlotState[]): Stage {
    const nodes = slots.map(({ name, active, lagBytes, walHeldBytes }) => ({
        name,
        level: levelOf(findings, [`slot:${name}`, `wal:${name}`], active ? "ok" : "warning"),
        state: active ? "active" : "inactive",
        figure: { value: bytesText(lagBytes), unit: "behind" },
        note: `${bytesText(walHeldBytes)} of WAL held`,
    }));
    const nothing = database?.answer.ok ? idleNode("PostgreSQL", "no slot", "no connector reads it yet") : undefined;
    return stage("Database", database?.address ?? "", nodes, nothing ?? noAnswerNode("PostgreSQL", database?.answer));
}

function connectorStage(
    { snapshot }: TrackedStatus,
    title: string,
    connectors: ConnectorFacts[],
    node: (connector: ConnectorFacts) => FlowNode,
): Stage {
    const nothing = snapshot.connectors.ok ? idleNode(title, "none", "no such connector") : undefined;
    const tasks = connectors.flatMap((connector) => connector.tasks);
    const note = snapshot.connectors.ok ? plural(tasks.length, "task") : "";
    return stage(title, note, connectors.map(node), nothing ?? noAnswerNode("Kafka Connect", snapshot.connectors));
}

function sourceNode({ findings, history }: TrackedStatus, source: ConnectorFacts, topics: TopicFacts[]): FlowNode {
    const written = topics.filter((topic) => writes(source, topic)).map(({ name }) => rate(history, topicKey(name)));
    const known = written.filter((one) => one !== undefined);
    const sum = known.reduce((total, one) => total + one, 0);
    return {
        ...connectorNode(source, findings),
        figure: { value: rateText(known.length === 0 ? undefined : sum), unit: "rows/s" },
    };
}

function sinkNode({ findings }: TrackedStatus, sink: ConnectorFacts): FlowNode {
    const unit = sink.lag === 1 ? "record behind" : "records behind";
    return { ...connectorNode(sink, findings), figure: { value: countText(sink.lag), unit } };
}

function connectorNode({ name, state, tasks }: ConnectorFacts, findings: Finding[]): FlowNode {
    const running = tasks.filter((task) => task.state === "RUNNING").length;
    const keys = [...connectorKeys(name), ...tasks.map(({ connector, task }) => `task:${connector}/${task}`)];
    const taskLevels = tasks.map((task) => stateLevel(task.state));
    return {
        name,
        level: levelOf(findings, keys, worst([stateLevel(state), ...taskLevels])),
        state: connectorState(state, tasks),
        note: `${running} of ${plural(tasks.length, "task")} running`,
    };
}

/** A connector whose tasks have all failed still has the state RUNNING. */
export function connectorState(state: string, tasks: { state: string }[]): string {
    const failed = tasks.some((task) => task.state === "FAILED");
    return state === "RUNNING" && failed ? "task failed" : state.toLowerCase();
}

function topicStage({ snapshot: { kafkaCluster }, findings, history }: TrackedStatus, topics: TopicFacts[]): Stage {
    const nodes = topics.map(({ name, endOffsets, partitions }): FlowNode => {
        const isReadable = endOffsets !== undefined;
        return {
            name,
            level: levelOf(findings, [`topic:${name}`, `replication:${name}`], isReadable ? "ok" : "wrong"),
            state: isReadable ? "ok" : "no leader",
            figure: { value: rateText(rate(history, topicKey(name))), unit: "rows/s" },
            note: `${plural(endOffsets, "record")}, ${plural(partitions, "partition")}`,
            rates: rates(history, topicKey(name)),
        };
    });
    const nothing = kafkaCluster.ok ? idleNode("Topics", "none", "no row has been written yet") : undefined;
    const note = kafkaCluster.ok ? plural(topics.length, "topic") : "";
    return stage("Kafka", note, nodes, nothing ?? noAnswerNode("Kafka", kafkaCluster));
}

function queueStage({ snapshot: { jmsBroker }, findings, history }: TrackedStatus, queues: QueueState[]): Stage {
    const nodes = queues.map(({ name, depth, added }) => ({
        name,
        level: levelOf(findings, [`queue:${name}`], "ok"),
        state: "ok",
        figure: { value: rateText(rate(history, queueKey(name))), unit: "messages/s" },
        note: `${countText(depth)} waiting, ${countText(added)} ever added`,
        rates: rates(history, queueKey(name)),
    }));
    const missing = jmsBroker?.answer.ok ? jmsBroker.answer.value.missingQueues : [];
    const all: FlowNode[] = [
        ...nodes,
        ...missing.map((name): FlowNode => ({
            name,
            level: "wrong",
            state: "missing",
            note: "the broker has no such queue",
        })),
    ];
    const nothing = jmsBroker?.answer.ok ? idleNode("JMS broker", "no queue", "none is declared") : undefined;
    return stage("Queues", jmsBroker?.address ?? "", all, nothing ?? noAnswerNode("JMS broker", jmsBroker?.answer));
}

/** A stage without nodes shows the reason. */
function stage(title: string, note: string, nodes: FlowNode[], otherwise: FlowNode): Stage {
    const shown = nodes.length > 0 ? nodes.slice(0, MOST_NODES) : [otherwise];
    const hidden = nodes.slice(MOST_NODES);
    const more = hidden.length === 0 ? [] : [moreNode(hidden)];
    return { title, note, nodes: [...shown, ...more] };
}

function moreNode(hidden: FlowNode[]): FlowNode {
    return {
        name: `and ${hidden.length} more`,
        level: worst(hidden.map(({ level }) => level)),
        state: "ok",
        note: "in the tables below",
    };
}

function idleNode(name: string, state: string, note: string): FlowNode {
    return { name, level: "idle", state, note };
}

function noAnswerNode(name: string, answer: { ok: boolean; error?: string } | undefined): FlowNode {
    return answer === undefined
        ? idleNode(name, "elsewhere", "not part of this stack")
        : { name, level: "wrong", state: "no answer", note: answer.error ?? "" };
}
