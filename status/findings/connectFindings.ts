import { adviceOnFailure, type ConnectorPlugin } from "@connect-cdc/connector/client";
import type { Finding, Problem } from "../finding";
import { npmCommand } from "../npmCommand";
import {
    type ConnectorFacts,
    type MemberAnswer,
    type PlatformSnapshot,
    RETENTION_RISKS,
    type TaskFacts,
    type WorkerFacts,
} from "../snapshot";
import { plural } from "../units";

/** Workers that differ; connectors and tasks that are not in their declared state. */
export function connectFindings(snapshot: PlatformSnapshot): Finding[] {
    const { connectors, missingConnectors } = snapshot;
    return [
        ...differingWorkers(snapshot),
        ...(connectors.ok
            ? connectors.value.flatMap((one) => connectorFindings(one, snapshot))
            : [noAnswer(connectors.error, snapshot)]),
        ...missingConnectors.map((name) => missing(name, snapshot)),
    ];
}

function noAnswer(error: string, { stack }: PlatformSnapshot): Finding {
    return {
        key: "connectors",
        level: "wrong",
        subject: "connectors",
        text: `no worker reports their state: ${error}`,
        remedy: `find the cause: ${npmCommand(stack, "logs", "connect")}`,
    };
}

function missing(name: string, { stack }: PlatformSnapshot): Finding {
    return {
        key: `connector:${name}`,
        level: "wrong",
        subject: name,
        text: "is declared, but does not exist in the Connect cluster",
        remedy: `create it again: ${npmCommand(stack, "start", "--refresh")}`,
    };
}

/** A task may run on any worker: all must have the same plugins, version of Connect and Kafka cluster. */
function differingWorkers({ connect, stack }: PlatformSnapshot): Finding[] {
    const answering = connect.flatMap((worker) =>
        worker.answer.ok ? [{ name: worker.name, facts: worker.answer.value }] : [],
    );
    const usualPlugins = mostFrequent(answering.map(({ facts }) => loadable(facts).join("\n"))).split("\n");
    const usualCluster = mostFrequent(answering.map(({ facts }) => facts.kafkaClusterId));
    const remedy = `bring all workers to the declared state: ${npmCommand(stack, "start")}`;
    return answering.flatMap(({ name, facts }): Finding[] => {
        const difference = differenceOf(loadable(facts), usualPlugins);
        const base = { level: "wrong" as const, subject: name, remedy };
        return [
            ...(difference === ""
                ? []
                : [{ ...base, key: `plugins:${name}`, text: `differs from the other workers: ${difference}` }]),
            ...(facts.kafkaClusterId === usualCluster
                ? []
                : [
                      {
                          ...base,
                          key: `cluster:${name}`,
                          text: `uses another Kafka cluster than the others: ${facts.kafkaClusterId}`,
                      },
                  ]),
        ];
    });
}

/** True when all workers that answer have the same version and plugins. */
export function workersAreEqual(workers: MemberAnswer<WorkerFacts>[]): boolean {
    const lists = workers.flatMap(({ answer }) => (answer.ok ? [loadable(answer.value).join("\n")] : []));
    return new Set(lists).size <= 1;
}

/** Compares advertised addresses: on one host the member's name, on several hosts the host and port of its REST URL. */
export function runsOn({ worker }: { worker: string }, { name, address }: { name: string; address: string }): boolean {
    return worker.replace(/:\d+$/, "") === name || address.endsWith(`//${worker}`);
}

function loadable({ version, plugins }: WorkerFacts): string[] {
    return [`Kafka Connect ${version}`, ...plugins.map(pluginText).sort()];
}

function pluginText({ class: name, version }: ConnectorPlugin): string {
    return `${name.split(".").at(-1)} ${version ?? ""}`.trim();
}

function differenceOf(own: string[], usual: string[]): string {
    const more = own.filter((item) => !usual.includes(item));
    const fewer = usual.filter((item) => !own.includes(item));
    return [firstOf("has", more), firstOf("has no", fewer)].filter((text) => text !== "").join("; ");
}

function firstOf(verb: string, items: string[]): string {
    const rest = items.length > 3 ? ` and ${items.length - 3} more` : "";
    return items.length === 0 ? "" : `${verb} ${items.slice(0, 3).join(", ")}${rest}`;
}

/** The first of them where several are equally frequent. */
function mostFrequent(items: string[]): string {
    const count = (item: string) => items.filter((other) => other === item).length;
    return items.reduce((best, item) => (count(item) > count(best) ? item : best), items[0] ?? "");
}

function connectorFindings(connector: ConnectorFacts, snapshot: PlatformSnapshot): Finding[] {
    const findings = [
        ...connectorFinding(connector, snapshot),
        ...retentionFindings(connector),
        ...connector.tasks.flatMap((task) => taskFinding(task, connector, snapshot)),
    ];
    // Connectors of others cause no exit code
    return connector.managed
        ? findings
        : [unmanaged(connector), ...findings.map((one) => ({ ...one, level: "warning" as const }))];
}

function unmanaged({ name }: ConnectorFacts): Finding {
    return {
        key: `unmanaged:${name}`,
        level: "warning",
        subject: name,
        text: "is not declared by this stack",
        remedy: "declare it under connect-cdc:connectors, or delete it",
    };
}

function connectorFinding(connector: ConnectorFacts, snapshot: PlatformSnapshot): Finding[] {
    const problem = stateProblem(connector, snapshot) ?? tooFewTasks(connector, snapshot);
    return problem === undefined ? [] : [{ key: `connector:${connector.name}`, subject: connector.name, ...problem }];
}

function stateProblem(connector: ConnectorFacts, snapshot: PlatformSnapshot): Problem | undefined {
    const { name, state, cause, worker, declaredState } = connector;
    switch (state) {
        case "FAILED":
            return failed(cause, worker, name, snapshot);
        case "UNASSIGNED":
            return unassigned(snapshot);
        case "RESTARTING":
            return restarting;
    }
    if (declaredState === undefined || state === declaredState.toUpperCase()) return undefined;
    const action = { running: "resume", paused: "pause", stopped: "stop" }[declaredState] ?? "resume";
    return {
        level: "wrong",
        text: `is ${state}, but declared ${declaredState}: changed by hand`,
        remedy: `curl -X PUT ${restUrl(snapshot)}/connectors/${name}/${action}`,
    };
}

function tooFewTasks(
    { state, tasks, declaredTasks, name }: ConnectorFacts,
    snapshot: PlatformSnapshot,
): Problem | undefined {
    const expected = Math.max(1, declaredTasks ?? 1);
    if (state !== "RUNNING" || tasks.length >= expected) return undefined;
    const count = tasks.length === 0 ? "no task" : plural(tasks.length, "task");
    return { level: "wrong", text: `has ${count}, expected ${expected}`, remedy: restart(name, snapshot) };
}

/** Records that a sink has lost, or loses soon, one finding of each kind. */
function retentionFindings({ name, retentionRisks }: ConnectorFacts): Finding[] {
    const found = { removed: removedRecords, noOffset: recordsWithoutOffset, old: oldRecords };
    return RETENTION_RISKS.flatMap((kind): Finding[] => {
        const risks = retentionRisks.filter((risk) => risk.kind === kind);
        const [first] = risks;
        if (first === undefined) return [];
        const records = risks.reduce((sum, risk) => sum + risk.records, 0);
        const where = risks.length === 1 ? first.partition : `${first.partition} and ${risks.length - 1} more`;
        return [{ key: `retention:${name}/${kind}`, subject: name, ...found[kind](plural(records, "record"), where) }];
    });
}

const SINKS_BEHIND = "docs/failures.md (Sinks behind retention)";

function removedRecords(records: string, where: string): Problem {
    return {
        level: "wrong",
        text: `has lost ${records} of ${where}: Kafka removed them before they were read`,
        remedy: `start the sink, take a new snapshot of the tables, and raise retention.ms: ${SINKS_BEHIND}`,
    };
}

function recordsWithoutOffset(records: string, where: string): Problem {
    return {
        level: "warning",
        text: `has no offset in ${where}, whose first ${records} Kafka has removed`,
        remedy: `ignore this for a new sink; otherwise its consumer group has expired: ${SINKS_BEHIND}`,
    };
}

function oldRecords(records: string, where: string): Problem {
    return {
        level: "warning",
        text: `has not read ${records} of ${where} that Kafka removes soon: they are near retention.ms`,
        remedy: `start the sink, or raise retention.ms of the topic: ${SINKS_BEHIND}`,
    };
}

function taskFinding(task: TaskFacts, connector: ConnectorFacts, snapshot: PlatformSnapshot): Finding[] {
    const problem = taskProblem(task, connector, snapshot);
    return problem === undefined
        ? []
        : [{ key: `task:${connector.name}/${task.task}`, subject: `${connector.name}/${task.task}`, ...problem }];
}

function taskProblem(
    { state, cause, worker }: TaskFacts,
    connector: ConnectorFacts,
    snapshot: PlatformSnapshot,
): Problem | undefined {
    switch (state) {
        case "FAILED":
            return failed(cause, worker, connector.name, snapshot);
        case "UNASSIGNED":
            return unassigned(snapshot);
        case "RESTARTING":
            return restarting;
    }
    if (state === connector.state) return undefined;
    return {
        level: "warning",
        text: `is ${state} while its connector is ${connector.state}`,
        remedy: "wait some seconds for its state to change; if it does not, restart the connector",
    };
}

const restarting: Problem = {
    level: "warning",
    text: "is being restarted",
    remedy: "wait some seconds until it runs",
};

function failed(cause: string | undefined, worker: string, connector: string, snapshot: PlatformSnapshot): Problem {
    const [, subject] = REFUSED_SCHEMA.exec(cause ?? "") ?? [];
    const remedy = cause === undefined ? undefined : remedyOf(cause, snapshot);
    return {
        level: "wrong",
        text: `FAILED on ${worker}: ${cause ?? "the cause is in the worker's log"}`,
        remedy: subject === undefined ? restart(connector, snapshot, remedy) : allowChange(subject, snapshot),
    };
}

/** In the error of our converters. */
const REFUSED_SCHEMA = /the schema of subject (\S+) is not compatible/;

/** An `up` that changes the level restarts the task. */
function allowChange(subject: string, { stack }: PlatformSnapshot): string {
    return `set connect-cdc:registry.subjects.${subject}.compatibility to NONE and run ${npmCommand(stack, "start")}`;
}

/** How to remove a cause that does not say it; undefined for other causes. */
function remedyOf(cause: string, { stack }: PlatformSnapshot): string | undefined {
    const advice = adviceOnFailure(cause);
    if (advice === undefined || !cause.includes("RecordTooLargeException")) return advice;
    return `raise kafka.maxMessageBytes and run ${npmCommand(stack, "start")} (for other brokers, ${advice})`;
}

function unassigned({ stack }: PlatformSnapshot): Problem {
    return {
        level: "wrong",
        text: "UNASSIGNED: no worker runs it",
        remedy: `other workers take over after connect.scheduledRebalanceMaxDelayMs; if not: ${npmCommand(stack, "logs", "connect")}`,
    };
}

function restart(connector: string, snapshot: PlatformSnapshot, remedy = "remove the cause"): string {
    const url = `${restUrl(snapshot)}/connectors/${connector}/restart?includeTasks=true&onlyFailed=true`;
    return `${remedy}, then restart: curl -X POST '${url}'`;
}

/** REST URL of a worker that answers. */
function restUrl({ connect }: PlatformSnapshot): string {
    return (connect.find(({ answer }) => answer.ok) ?? connect[0])?.address ?? "";
}
