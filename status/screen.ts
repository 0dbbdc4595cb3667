import type { TaskStatus } from "../servers/connect";
import { runsOn, workersAreEqual } from "./findings/connectFindings";
import type { Finding } from "./findings/findings";
import { type AnyMember, containerOf } from "./findings/memberFindings";
import { type Level, levelOf, stateLevel } from "./levels";
import type { ConnectorFacts, MemberReport, PlatformReport, TopicFacts } from "./platformReport";
import { type Cell, type Paint, textTable, wrap } from "./textTable";
import { bytesText, countText, plural } from "./units";

/** Longest line, in characters. */
export const SCREEN_WIDTH = 120;
/** So many topics are shown; all are in the JSON. */
const MOST_TOPICS = 30;
const INDENT = "  ";

export interface ScreenOptions {
    /** True: with ANSI colours. */
    colour: boolean;
}

interface Look {
    report: PlatformReport;
    found: Finding[];
    paint: Paint;
}

/** The whole platform on one screen of text, role by role, with what is wrong at its end. */
export function screen(report: PlatformReport, found: Finding[], { colour }: ScreenOptions): string {
    const look: Look = { report, found, paint: colour ? ansi : (text) => text };
    const parts = [
        zookeeperPart(look),
        kafkaPart(look),
        connectPart(look),
        ...(report.database === undefined ? [] : [databasePart(look, report.database)]),
        ...(report.jmsBroker === undefined ? [] : [jmsPart(look, report.jmsBroker)]),
        findingsPart(look),
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

function title({ paint }: Look, role: string, facts: string[]): string {
    return [paint(role.padEnd(11), "heading"), ...facts.filter((fact) => fact !== "")].join(INDENT);
}

function countOf(members: MemberReport<unknown>[]): string {
    return `${members.filter(({ answer }) => answer.ok).length} of ${members.length} answer`;
}

function table({ paint }: Look, headings: string[], rows: Cell[][], numbers?: number[]): string[] {
    const options = { width: SCREEN_WIDTH - INDENT.length, paint, numbers };
    return rows.length === 0 ? [] : textTable(headings, rows, options).map((line) => INDENT + line);
}

/** What every member has: its name, how it is, its address and its container; `facts` stand in between. */
function memberRow({ report, found }: Look, member: AnyMember, facts: string[]): Cell[] {
    const level = levelOf(found, [`member:${member.name}`], member.answer.ok ? "ok" : "wrong");
    const container = containerOf(member.name, report);
    const where = report.engines.length > 1 && container !== undefined ? `${container.host}: ` : "";
    const words: Record<Level, string> = { ok: "ok", idle: "ok", warning: "warning", wrong: "WRONG" };
    return [
        member.name,
        { text: words[level], level },
        ...facts,
        member.address,
        { text: where + (container?.status ?? (report.containers.ok ? "no container" : "not known")), level },
    ];
}

function zookeeperPart(look: Look): string[] {
    const { zookeeper, kafka } = look.report;
    const servers = zookeeper.flatMap(({ name, answer }) => (answer.ok ? [{ name, ...answer.value }] : []));
    const leader = servers.find(({ mode }) => mode === "leader" || mode === "standalone")?.name;
    const registered = new Set(servers.flatMap(({ registeredBrokers }) => registeredBrokers)).size;
    return [
        title(look, "ZooKeeper", [
            countOf(zookeeper),
            leader === undefined ? "no leader" : `leader ${leader}`,
            `${registered} of ${kafka.length} brokers registered`,
        ]),
        ...table(
            look,
            ["server", "state", "mode", "version", "clients", "address", "container"],
            zookeeper.map((member) => {
                const facts = member.answer.ok ? member.answer.value : undefined;
                const { mode, version, connections } = facts ?? {};
                return memberRow(look, member, [mode ?? "-", version ?? "-", String(connections ?? "-")]);
            }),
            [4],
        ),
    ];
}

function kafkaPart(look: Look): string[] {
    const { kafka, kafkaCluster } = look.report;
    const facts = kafkaCluster.ok ? kafkaCluster.value : undefined;
    const partitions = facts?.topics.reduce((sum, topic) => sum + topic.partitions, 0) ?? 0;
    const lagging = facts?.underReplicated.length ?? 0;
    return [
        title(look, "Kafka", [
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
            look,
            ["broker", "state", "sees", "address", "container"],
            kafka.map((member) => {
                const sees = member.answer.ok ? plural(member.answer.value.brokersSeen.length, "broker") : "-";
                return memberRow(look, member, [sees]);
            }),
        ),
        ...(facts === undefined ? [] : ["", ...topicLines(look, facts.topics)]),
    ];
}

function topicLines(look: Look, topics: TopicFacts[]): string[] {
    const unhealthy = look.report.kafkaCluster.ok ? look.report.kafkaCluster.value.underReplicated : [];
    const rows = topics.slice(0, MOST_TOPICS).map((topic): Cell[] => {
        const lagging = unhealthy.filter((partition) => partition.topic === topic.name).length;
        const level = levelOf(
            look.found,
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
    return [...table(look, headings, rows, [1, 2, 3, 4, 6]), ...more];
}

function connectPart(look: Look): string[] {
    const { connect, connectors } = look.report;
    const workers = connect.flatMap(({ answer }) => (answer.ok ? [answer.value] : []));
    const [first] = workers;
    return [
        title(look, "Connect", [
            countOf(connect),
            first === undefined ? "" : `version ${first.version}`,
            first === undefined
                ? ""
                : `${plural(first.plugins.length, "plugin")}, ${equality(look.report, workers.length)}`,
        ]),
        ...table(
            look,
            ["worker", "state", "version", "plugins", "tasks", "address", "container"],
            connect.map((member) => {
                const facts = member.answer.ok ? member.answer.value : undefined;
                const plugins = facts === undefined ? "-" : String(facts.plugins.length);
                return memberRow(look, member, [facts?.version ?? "-", plugins, tasksOn(member, look.report)]);
            }),
            [3, 4],
        ),
        "",
        ...(connectors.ok ? connectorLines(look, connectors.value) : [`${INDENT}connectors: not known`]),
    ];
}

function equality({ connect }: PlatformReport, answering: number): string {
    if (!workersAreEqual(connect)) return "workers differ";
    return answering === 1 ? "one worker" : `the same on ${answering} workers`;
}

function tasksOn(member: MemberReport<unknown>, { connectors }: PlatformReport): string {
    if (!connectors.ok) return "-";
    const tasks = connectors.value.flatMap((connector) => connector.tasks);
    return String(tasks.filter((task) => runsOn(task, member)).length);
}

function connectorLines(look: Look, connectors: ConnectorFacts[]): string[] {
    const rows = [
        ...connectors.flatMap((connector) => [
            connectorRow(look, connector),
            ...connector.tasks.map((task) => taskRow(look, task)),
        ]),
        ...look.report.missingConnectors.map((name): Cell[] => [{ text: name, level: "wrong" }, "missing", "", "", ""]),
    ];
    return rows.length === 0
        ? [`${INDENT}no connectors`]
        : table(look, ["connector", "state", "type", "worker", "lag"], rows, [4]);
}

function connectorRow({ found }: Look, { name, state, type, worker, lag, managed }: ConnectorFacts): Cell[] {
    const level = levelOf(found, [`connector:${name}`, `unmanaged:${name}`], stateLevel(state));
    const whose = managed ? name : `${name} (not managed)`;
    return [{ text: whose, level }, { text: state, level }, type, worker, lag === undefined ? "" : countText(lag)];
}

function taskRow({ found }: Look, { connector, task, state, worker }: TaskStatus): Cell[] {
    const level = levelOf(found, [`task:${connector}/${task}`], stateLevel(state));
    return [`${INDENT}${connector}/${task}`, { text: state, level }, "", worker, ""];
}

function databasePart(look: Look, database: NonNullable<PlatformReport["database"]>): string[] {
    const { address, answer } = database;
    const slots = answer.ok ? answer.value.slots : [];
    const rows = slots.map((slot): Cell[] => {
        const level = levelOf(look.found, [`slot:${slot.name}`, `wal:${slot.name}`], "ok");
        return [
            slot.name,
            { text: slot.active ? "active" : "INACTIVE", level },
            bytesText(slot.lagBytes),
            { text: bytesText(slot.walHeldBytes), level },
            slot.walStatus ?? "-",
        ];
    });
    return [
        single(look, "PostgreSQL", "postgres", address, answer.ok),
        ...table(look, ["slot", "state", "behind", "log held", "log status"], rows, [2, 3]),
        ...(answer.ok && rows.length === 0 ? [`${INDENT}no replication slots`] : []),
    ];
}

function jmsPart(look: Look, jmsBroker: NonNullable<PlatformReport["jmsBroker"]>): string[] {
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
        single(look, "JMS broker", "artemis", address, answer.ok),
        ...table(look, ["queue", "messages", "ever added", "consumers"], rows, [1, 2, 3]),
    ];
}

function single(look: Look, role: string, name: string, address: string, answers: boolean): string {
    const status = containerOf(name, look.report)?.status ?? "";
    const state = answers ? "answers" : look.paint("does not answer", "wrong");
    return title(look, role, [state, address, status]);
}

function findingsPart({ found, paint }: Look): string[] {
    const wrong = found.filter(({ level }) => level === "wrong").length;
    const warnings = plural(found.length - wrong, "warning");
    const sum =
        wrong > 0
            ? `${plural(wrong, "thing")} wrong, ${warnings}.`
            : `All is well${found.length > 0 ? `, with ${warnings}` : ""}.`;
    return [...found.flatMap((finding) => findingLines(finding, paint)), ...(found.length > 0 ? [""] : []), sum];
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
