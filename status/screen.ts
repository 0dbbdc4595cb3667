import type { Finding } from "./finding";
import { dayText } from "./findings/certificateFindings";
import { runsOn, workersAreEqual } from "./findings/connectFindings";
import { countFindings, type PlatformStatus } from "./findings/findings";
import { type AnyMember, containerOf } from "./findings/memberFindings";
import { connectorKeys, type Level, levelOf, stateLevel } from "./levels";
import type {
    CertificateFacts,
    ConnectorFacts,
    MemberAnswer,
    PlatformSnapshot,
    TaskFacts,
    TopicFacts,
} from "./snapshot";
import { type Cell, type Paint, textTable, wrap } from "./textTable";
import { bytesText, countText, plural } from "./units";

/** Longest line, in characters. */
export const SCREEN_WIDTH = 120;
/** Number of topics on the screen. The JSON has all. */
const MOST_TOPICS = 30;
const INDENT = "  ";

export interface ScreenOptions {
    /** True: with ANSI colours. */
    colour: boolean;
}

interface PaintedStatus extends PlatformStatus {
    paint: Paint;
}

/** The whole platform as text of one screen, role by role, with the findings at its end. */
export function screen(platform: PlatformStatus, { colour }: ScreenOptions): string {
    const status: PaintedStatus = { ...platform, paint: colour ? ansi : (text) => text };
    const { snapshot } = status;
    const parts = [
        zookeeperPart(status),
        kafkaPart(status),
        connectPart(status),
        ...(snapshot.database === undefined ? [] : [databasePart(status, snapshot.database)]),
        ...(snapshot.registry.length === 0 ? [] : [registryPart(status)]),
        ...(snapshot.jmsBroker === undefined ? [] : [jmsPart(status, snapshot.jmsBroker)]),
        ...(snapshot.certificates === undefined ? [] : [certificatesPart(status, snapshot.certificates)]),
        findingsPart(status),
    ];
    return parts.map((lines) => lines.join("\n")).join("\n\n");
}

// Select Graphic Rendition: https://en.wikipedia.org/wiki/ANSI_escape_code#SGR
const codes: Record<Level | "heading", string | undefined> = {
    ok: undefined,
    idle: "2",
    warning: "33",
    wrong: "31",
    heading: "1",
};

function ansi(text: string, level: Level | "heading"): string {
    const code = codes[level];
    return code === undefined ? text : `\u001b[${code}m${text}\u001b[0m`;
}

function title({ paint }: PaintedStatus, role: string, facts: string[]): string {
    return [paint(role.padEnd(11), "heading"), ...facts.filter((fact) => fact !== "")].join(INDENT);
}

function countOf(members: MemberAnswer<unknown>[]): string {
    return `${members.filter(({ answer }) => answer.ok).length} of ${members.length} answer`;
}

function table({ paint }: PaintedStatus, headings: string[], rows: Cell[][], numbers?: number[]): string[] {
    const options = { width: SCREEN_WIDTH - INDENT.length, paint, numbers };
    return rows.length === 0 ? [] : textTable(headings, rows, options).map((line) => INDENT + line);
}

/** A row of a member: name, state, `facts`, address and container. */
function memberRow({ snapshot, findings }: PaintedStatus, member: AnyMember, facts: string[]): Cell[] {
    const level = levelOf(findings, [`member:${member.name}`], member.answer.ok ? "ok" : "wrong");
    const container = containerOf(member.name, snapshot);
    const where = snapshot.engines.length > 1 && container !== undefined ? `${container.host}: ` : "";
    const words: Record<Level, string> = { ok: "ok", idle: "ok", warning: "warning", wrong: "WRONG" };
    return [
        member.name,
        { text: words[level], level },
        ...facts,
        member.address,
        { text: where + (container?.status ?? (snapshot.containers.ok ? "no container" : "not known")), level },
    ];
}

function zookeeperPart(status: PaintedStatus): string[] {
    const { zookeeper, kafka } = status.snapshot;
    const servers = zookeeper.flatMap(({ name, answer }) => (answer.ok ? [{ name, ...answer.value }] : []));
    const leader = servers.find(({ mode }) => mode === "leader" || mode === "standalone")?.name;
    const registered = new Set(servers.flatMap(({ registeredBrokers }) => registeredBrokers)).size;
    return [
        title(status, "ZooKeeper", [
            countOf(zookeeper),
            leader === undefined ? "no leader" : `leader ${leader}`,
            `${registered} of ${kafka.length} brokers registered`,
        ]),
        ...table(
            status,
            ["server", "state", "mode", "version", "clients", "address", "container"],
            zookeeper.map((member) => {
                const facts = member.answer.ok ? member.answer.value : undefined;
                const { mode, version, connections } = facts ?? {};
                return memberRow(status, member, [mode ?? "-", version ?? "-", String(connections ?? "-")]);
            }),
            [4],
        ),
    ];
}

function kafkaPart(status: PaintedStatus): string[] {
    const { kafka, kafkaCluster } = status.snapshot;
    const facts = kafkaCluster.ok ? kafkaCluster.value : undefined;
    const partitions = facts?.topics.reduce((sum, topic) => sum + topic.partitions, 0) ?? 0;
    const lagging = facts?.underReplicated.length ?? 0;
    return [
        title(status, "Kafka", [
            countOf(kafka),
            facts === undefined
                ? ""
                : facts.controllerId < 0
                  ? "no controller"
                  : `controller kafka-${facts.controllerId}`,
            facts === undefined
                ? ""
                : `${plural(partitions, "partition")}, ${lagging === 0 ? "all in sync" : `${lagging} under-replicated`}`,
        ]),
        ...table(
            status,
            ["broker", "state", "sees", "address", "container"],
            kafka.map((member) => {
                const sees = member.answer.ok ? plural(member.answer.value.brokersSeen.length, "broker") : "-";
                return memberRow(status, member, [sees]);
            }),
        ),
        ...(facts === undefined ? [] : ["", ...topicLines(status, facts.topics)]),
    ];
}

function topicLines(status: PaintedStatus, topics: TopicFacts[]): string[] {
    const unhealthy = status.snapshot.kafkaCluster.ok ? status.snapshot.kafkaCluster.value.underReplicated : [];
    const rows = topics.slice(0, MOST_TOPICS).map((topic): Cell[] => {
        const lagging = unhealthy.filter((partition) => partition.topic === topic.name).length;
        const level = levelOf(
            status.findings,
            [`topic:${topic.name}`, `replication:${topic.name}`],
            lagging > 0 ? "wrong" : "ok",
        );
        return [
            { text: topic.name, level },
            String(topic.partitions),
            String(topic.replicationFactor),
            String(topic.minInsyncReplicas ?? "-"),
            { text: lagging === 0 ? "-" : String(lagging), level },
            topic.cleanupPolicy ?? "-",
            countText(topic.endOffsets),
        ];
    });
    const headings = ["topic", "partitions", "replicas", "min in sync", "lagging", "policy", "records"];
    const rest = topics.length - rows.length;
    const more = rest === 0 ? [] : [`${INDENT}... and ${rest} more: npm run status -- --json has all`];
    return [...table(status, headings, rows, [1, 2, 3, 4, 6]), ...more];
}

function connectPart(status: PaintedStatus): string[] {
    const { connect, connectors } = status.snapshot;
    const workers = connect.flatMap(({ answer }) => (answer.ok ? [answer.value] : []));
    const [first] = workers;
    return [
        title(status, "Connect", [
            countOf(connect),
            first === undefined ? "" : `version ${first.version}`,
            first === undefined
                ? ""
                : `${plural(first.plugins.length, "plugin")}, ${equality(status.snapshot, workers.length)}`,
        ]),
        ...table(
            status,
            ["worker", "state", "version", "plugins", "tasks", "address", "container"],
            connect.map((member) => {
                const facts = member.answer.ok ? member.answer.value : undefined;
                const plugins = facts === undefined ? "-" : String(facts.plugins.length);
                return memberRow(status, member, [facts?.version ?? "-", plugins, tasksOn(member, status.snapshot)]);
            }),
            [3, 4],
        ),
        "",
        ...(connectors.ok ? connectorLines(status, connectors.value) : [`${INDENT}connectors: not known`]),
    ];
}

function equality({ connect }: PlatformSnapshot, answering: number): string {
    if (!workersAreEqual(connect)) return "workers differ";
    return answering === 1 ? "one worker" : `the same on ${answering} workers`;
}

function tasksOn(member: MemberAnswer<unknown>, { connectors }: PlatformSnapshot): string {
    if (!connectors.ok) return "-";
    const tasks = connectors.value.flatMap((connector) => connector.tasks);
    return String(tasks.filter((task) => runsOn(task, member)).length);
}

function connectorLines(status: PaintedStatus, connectors: ConnectorFacts[]): string[] {
    const rows = [
        ...connectors.flatMap((connector) => [
            connectorRow(status, connector),
            ...connector.tasks.map((task) => taskRow(status, task)),
        ]),
        ...status.snapshot.missingConnectors.map((name): Cell[] => [
            { text: name, level: "wrong" },
            "missing",
            "",
            "",
            "",
        ]),
    ];
    return rows.length === 0
        ? [`${INDENT}no connectors`]
        : table(status, ["connector", "state", "type", "worker", "lag"], rows, [4]);
}

function connectorRow(
    { findings }: PaintedStatus,
    { name, state, type, worker, lag, managed }: ConnectorFacts,
): Cell[] {
    const level = levelOf(findings, connectorKeys(name), stateLevel(state));
    const whose = managed ? name : `${name} (not managed)`;
    return [{ text: whose, level }, { text: state, level }, type, worker, lag === undefined ? "" : countText(lag)];
}

function taskRow({ findings }: PaintedStatus, { connector, task, state, worker }: TaskFacts): Cell[] {
    const level = levelOf(findings, [`task:${connector}/${task}`], stateLevel(state));
    return [`${INDENT}${connector}/${task}`, { text: state, level }, "", worker, ""];
}

function databasePart(status: PaintedStatus, database: NonNullable<PlatformSnapshot["database"]>): string[] {
    const { address, answer } = database;
    const slots = answer.ok ? answer.value.slots : [];
    const rows = slots.map((slot): Cell[] => {
        const level = levelOf(status.findings, [`slot:${slot.name}`, `wal:${slot.name}`], "ok");
        return [
            slot.name,
            { text: slot.active ? "active" : "INACTIVE", level },
            bytesText(slot.lagBytes),
            { text: bytesText(slot.walHeldBytes), level },
            slot.walStatus ?? "-",
        ];
    });
    return [
        single(status, "PostgreSQL", "postgres", address, answer.ok),
        ...table(status, ["slot", "state", "behind", "log held", "log status"], rows, [2, 3]),
        ...(answer.ok && rows.length === 0 ? [`${INDENT}no replication slots`] : []),
    ];
}

function registryPart(status: PaintedStatus): string[] {
    const { registry } = status.snapshot;
    const rows = registry.map((member) =>
        memberRow(status, member, [member.answer.ok ? String(member.answer.value.subjects) : "-"]),
    );
    return [
        title(status, "Schema registry", [countOf(registry)]),
        ...table(status, ["instance", "state", "subjects", "address", "container"], rows, [2]),
    ];
}

function jmsPart(status: PaintedStatus, jmsBroker: NonNullable<PlatformSnapshot["jmsBroker"]>): string[] {
    const { address, answer } = jmsBroker;
    const facts = answer.ok ? answer.value : { queues: [], missingQueues: [] };
    const rows = [
        ...facts.queues.map(({ name, depth, added, consumers }): Cell[] => [
            name,
            countText(depth),
            countText(added),
            String(consumers),
        ]),
        ...facts.missingQueues.map((name): Cell[] => [{ text: name, level: "wrong" }, "missing", "", ""]),
    ];
    return [
        single(status, "JMS broker", "artemis", address, answer.ok),
        ...table(status, ["queue", "messages", "ever added", "consumers"], rows, [1, 2, 3]),
    ];
}

function certificatesPart(status: PaintedStatus, certificates: CertificateFacts[]): string[] {
    const known = certificates.flatMap(({ member, answer }) => (answer.ok ? [{ member, ...answer.value }] : []));
    const [first] = known.sort((a, b) => a.validTo - b.validTo);
    return [
        title(status, "Certificates", [
            `${known.length} of ${certificates.length} known`,
            first === undefined ? "" : `the first to end is that of ${first.member}, on ${dayText(first.validTo)}`,
        ]),
    ];
}

function single(status: PaintedStatus, role: string, name: string, address: string, answers: boolean): string {
    const container = containerOf(name, status.snapshot)?.status ?? "";
    const state = answers ? "answers" : status.paint("does not answer", "wrong");
    return title(status, role, [state, address, container]);
}

function findingsPart({ findings, paint }: PaintedStatus): string[] {
    const { wrong, warnings } = countFindings(findings);
    const warningsText = plural(warnings, "warning");
    const sum =
        wrong > 0
            ? `${plural(wrong, "thing")} wrong, ${warningsText}.`
            : `All is well${findings.length > 0 ? `, with ${warningsText}` : ""}.`;
    return [...findings.flatMap((finding) => findingLines(finding, paint)), ...(findings.length > 0 ? [""] : []), sum];
}

function findingLines({ level, subject, text, remedy }: Finding, paint: Paint): string[] {
    const mark = level === "wrong" ? "WRONG  " : "warning";
    const margin = " ".repeat(mark.length + INDENT.length);
    const width = SCREEN_WIDTH - margin.length;
    const [first = "", ...others] = wrap(`${subject}: ${text}`, width);
    return [
        `${paint(mark, level)}${INDENT}${first}`,
        ...others.map((line) => margin + line),
        ...wrap(`-> ${remedy}`, width).map((line) => margin + line),
    ];
}
