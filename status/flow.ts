import type { QueueState } from "../servers/artemis";
import type { SlotState } from "../servers/postgres";
import type { Finding } from "./findings/findings";
import { type Level, levelOf, stateLevel, worst } from "./levels";
import type { ConnectorFacts, PlatformReport, TopicFacts } from "./platformReport";
import { queueKey, rate, rates, type Sample, topicKey } from "./rates";
import { bytesText, countText, plural, rateText } from "./units";

/** One stop of a row on its way. */
export interface FlowNode {
    name: string;
    level: Level;
    /** Its state in a word. */
    state: string;
    /** The number to look at first, and what it counts. */
    figure?: { value: string; unit: string };
    /** One line more. */
    note: string;
    /** Of the last minute, oldest first. */
    rates?: (number | undefined)[];
}

/** All stops of one kind. */
export interface Stage {
    title: string;
    note: string;
    nodes: FlowNode[];
}

/** A way from a node of one stage to a node of the next, by their places in their stages. */
export interface FlowEdge {
    from: number;
    to: number;
    /** Rows went this way within the last seconds. */
    isFlowing: boolean;
}

/** The way of the rows: five stages, and the ways between each two of them. */
export interface Flow {
    stages: Stage[];
    edges: FlowEdge[][];
}

/** What a page is made of: the last look, what was found in it, and what the looks before it counted. */
export interface Look {
    report: PlatformReport;
    found: Finding[];
    history: Sample[];
}

/** More nodes of one stage make no picture; the tables below it have them all. */
const MOST_NODES = 24;

/** From the database's slots through source connectors, topics and sinks to the queues. */
export function flowOf(look: Look): Flow {
    const { report } = look;
    const connectors = report.connectors.ok ? report.connectors.value : [];
    const sources = connectors.filter(({ type }) => type === "source");
    const sinks = connectors.filter(({ type }) => type !== "source");
    const slots = report.database?.answer.ok ? report.database.answer.value.slots : [];
    const topics = usedTopics(report, connectors);
    const queues = report.jmsBroker?.answer.ok ? report.jmsBroker.answer.value.queues : [];
    const isTopicFlowing = ({ name }: TopicFacts) => isFlowing(look, topicKey(name));
    const isSourceFlowing = (source: ConnectorFacts) =>
        topics.some((topic) => writes(source, topic) && isTopicFlowing(topic));
    return {
        stages: [
            databaseStage(look, slots),
            connectorStage(look, "Sources", sources, (source) => sourceNode(look, source, topics)),
            topicStage(look, topics),
            connectorStage(look, "Sinks", sinks, (sink) => sinkNode(look, sink)),
            queueStage(look, queues),
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
                (_, { name }) => isFlowing(look, queueKey(name)),
            ),
        ],
    };
}

/** Topics between sources and sinks; Connect's own and Kafka's are not on the way of a row. */
function usedTopics({ kafkaCluster }: PlatformReport, connectors: ConnectorFacts[]): TopicFacts[] {
    const topics = kafkaCluster.ok ? kafkaCluster.value.topics : [];
    return topics.filter((topic) =>
        connectors.some((connector) => writes(connector, topic) || connector.topics.includes(topic.name)),
    );
}

function writes({ topicPrefix }: ConnectorFacts, { name }: TopicFacts): boolean {
    return topicPrefix !== undefined && name.startsWith(`${topicPrefix}.`);
}

function isFlowing({ history }: Look, key: string): boolean {
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

function databaseStage({ report: { database }, found }: Look, slots: SlotState[]): Stage {
    const nodes = slots.map(({ name, active, lagBytes, walHeldBytes }) => ({
        name,
        level: levelOf(found, [`slot:${name}`, `wal:${name}`], active ? "ok" : "warning"),
        state: active ? "active" : "inactive",
        figure: { value: bytesText(lagBytes), unit: "behind" },
        note: `${bytesText(walHeldBytes)} of WAL held`,
    }));
    const nothing = database?.answer.ok ? idleNode("PostgreSQL", "no slot", "no connector reads it yet") : undefined;
    return stage("Database", database?.address ?? "", nodes, nothing ?? silentNode("PostgreSQL", database?.answer));
}

function connectorStage(
    { report }: Look,
    title: string,
    connectors: ConnectorFacts[],
    node: (connector: ConnectorFacts) => FlowNode,
): Stage {
    const nothing = report.connectors.ok ? idleNode(title, "none", "no such connector") : undefined;
    const tasks = connectors.flatMap((connector) => connector.tasks);
    const note = report.connectors.ok ? plural(tasks.length, "task") : "";
    return stage(title, note, connectors.map(node), nothing ?? silentNode("Kafka Connect", report.connectors));
}

function sourceNode({ found, history }: Look, source: ConnectorFacts, topics: TopicFacts[]): FlowNode {
    const written = topics.filter((topic) => writes(source, topic)).map(({ name }) => rate(history, topicKey(name)));
    const known = written.filter((one) => one !== undefined);
    const sum = known.reduce((total, one) => total + one, 0);
    return {
        ...connectorNode(source, found),
        figure: { value: rateText(known.length === 0 ? undefined : sum), unit: "rows/s" },
    };
}

function sinkNode({ found }: Look, sink: ConnectorFacts): FlowNode {
    const unit = sink.lag === 1 ? "record behind" : "records behind";
    return { ...connectorNode(sink, found), figure: { value: countText(sink.lag), unit } };
}

function connectorNode({ name, state, tasks }: ConnectorFacts, found: Finding[]): FlowNode {
    const running = tasks.filter((task) => task.state === "RUNNING").length;
    const keys = [
        `connector:${name}`,
        `unmanaged:${name}`,
        ...tasks.map(({ connector, task }) => `task:${connector}/${task}`),
    ];
    const taskLevels = tasks.map((task) => stateLevel(task.state));
    return {
        name,
        level: levelOf(found, keys, worst([stateLevel(state), ...taskLevels])),
        state: connectorState(state, tasks),
        note: `${running} of ${plural(tasks.length, "task")} running`,
    };
}

/** A connector runs also when all its tasks have failed: its state alone says too little. */
export function connectorState(state: string, tasks: { state: string }[]): string {
    const failed = tasks.some((task) => task.state === "FAILED");
    return state === "RUNNING" && failed ? "task failed" : state.toLowerCase();
}

function topicStage({ report: { kafkaCluster }, found, history }: Look, topics: TopicFacts[]): Stage {
    const nodes = topics.map(({ name, endOffsets, partitions }): FlowNode => {
        const isReadable = endOffsets !== undefined;
        return {
            name,
            level: levelOf(found, [`topic:${name}`, `replication:${name}`], isReadable ? "ok" : "wrong"),
            state: isReadable ? "ok" : "no leader",
            figure: { value: rateText(rate(history, topicKey(name))), unit: "rows/s" },
            note: `${plural(endOffsets, "record")}, ${plural(partitions, "partition")}`,
            rates: rates(history, topicKey(name)),
        };
    });
    const nothing = kafkaCluster.ok ? idleNode("Topics", "none", "no row has been written yet") : undefined;
    const note = kafkaCluster.ok ? plural(topics.length, "topic") : "";
    return stage("Kafka", note, nodes, nothing ?? silentNode("Kafka", kafkaCluster));
}

function queueStage({ report: { jmsBroker }, found, history }: Look, queues: QueueState[]): Stage {
    const nodes = queues.map(({ name, depth, added }) => ({
        name,
        level: levelOf(found, [`queue:${name}`], "ok"),
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
    return stage("Queues", jmsBroker?.address ?? "", all, nothing ?? silentNode("JMS broker", jmsBroker?.answer));
}

/** A stage always has something to show, if only why there is nothing. */
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

function silentNode(name: string, answer: { ok: boolean; error?: string } | undefined): FlowNode {
    return answer === undefined
        ? idleNode(name, "elsewhere", "not the stack's own: it cannot be asked from here")
        : { name, level: "wrong", state: "no answer", note: answer.error ?? "" };
}
