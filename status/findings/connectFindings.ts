import type { PluginInfo, TaskStatus } from "../../servers/connect";
import type { ConnectorFacts, MemberReport, PlatformReport, WorkerFacts } from "../platformReport";
import { npmCommand } from "../remedies";
import { plural } from "../units";
import type { Finding } from "./findings";

/** Workers that differ, connectors and tasks that are not as the stack declares them. */
export function connectFindings(report: PlatformReport): Finding[] {
    const { connectors, missingConnectors } = report;
    return [
        ...differingWorkers(report),
        ...(connectors.ok
            ? connectors.value.flatMap((one) => connectorFindings(one, report))
            : [silence(connectors.error, report)]),
        ...missingConnectors.map((name) => missing(name, report)),
    ];
}

function silence(error: string, { stack }: PlatformReport): Finding {
    return {
        key: "connectors",
        level: "wrong",
        subject: "connectors",
        text: `no worker says how they are: ${error}`,
        remedy: `look for the cause: ${npmCommand(stack, "logs", "connect")}`,
    };
}

function missing(name: string, { stack }: PlatformReport): Finding {
    return {
        key: `connector:${name}`,
        level: "wrong",
        subject: name,
        text: "is declared, but the Connect cluster does not have it",
        remedy: `make it again: ${npmCommand(stack, "start", "--refresh")}`,
    };
}

/** A task may run on any worker: each must have the same plugins, the same Connect and the same Kafka cluster. */
function differingWorkers({ connect, stack }: PlatformReport): Finding[] {
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

/** Whether all workers that answer can load the same. */
export function workersAreEqual(workers: MemberReport<WorkerFacts>[]): boolean {
    const lists = workers.flatMap(({ answer }) => (answer.ok ? [loadable(answer.value).join("\n")] : []));
    return new Set(lists).size <= 1;
}

/** A worker is known by its advertised address: the member's name on one host, that of its REST URL on several. */
export function runsOn({ worker }: { worker: string }, { name, address }: { name: string; address: string }): boolean {
    return worker.replace(/:\d+$/, "") === name || address.endsWith(`//${worker}`);
}

function loadable({ version, plugins }: WorkerFacts): string[] {
    return [`Kafka Connect ${version}`, ...plugins.map(pluginText).sort()];
}

function pluginText({ class: name, version }: PluginInfo): string {
    return `${name.split(".").at(-1)} ${version ?? ""}`.trim();
}

function differenceOf(own: string[], usual: string[]): string {
    const more = own.filter((item) => !usual.includes(item));
    const fewer = usual.filter((item) => !own.includes(item));
    return [some("has", more), some("has no", fewer)].filter((text) => text !== "").join("; ");
}

function some(verb: string, items: string[]): string {
    const rest = items.length > 3 ? ` and ${items.length - 3} more` : "";
    return items.length === 0 ? "" : `${verb} ${items.slice(0, 3).join(", ")}${rest}`;
}

/** Of several that are equally frequent, the first. */
function mostFrequent(items: string[]): string {
    const count = (item: string) => items.filter((other) => other === item).length;
    return items.reduce((best, item) => (count(item) > count(best) ? item : best), items[0] ?? "");
}

function connectorFindings(connector: ConnectorFacts, report: PlatformReport): Finding[] {
    const found = [
        ...connectorFinding(connector, report),
        ...connector.tasks.flatMap((task) => taskFinding(task, connector, report)),
    ];
    // What the stack does not declare is somebody else's
    return connector.managed
        ? found
        : [unmanaged(connector), ...found.map((one) => ({ ...one, level: "warning" as const }))];
}

function unmanaged({ name }: ConnectorFacts): Finding {
    return {
        key: `unmanaged:${name}`,
        level: "warning",
        subject: name,
        text: "is no connector of this stack: somebody else made it",
        remedy: "declare it under connect-cdc:connectors, or delete it",
    };
}

type Fault = Pick<Finding, "level" | "text" | "remedy">;

function connectorFinding(connector: ConnectorFacts, report: PlatformReport): Finding[] {
    const fault = stateFault(connector, report) ?? tooFewTasks(connector, report);
    return fault === undefined ? [] : [{ key: `connector:${connector.name}`, subject: connector.name, ...fault }];
}

function stateFault(connector: ConnectorFacts, report: PlatformReport): Fault | undefined {
    const { name, state, cause, worker, declaredState } = connector;
    switch (state) {
        case "FAILED":
            return failed(cause, worker, name, report);
        case "UNASSIGNED":
            return unassigned(report);
        case "RESTARTING":
            return restarting;
    }
    if (declaredState === undefined || state === declaredState.toUpperCase()) return undefined;
    const action = { running: "resume", paused: "pause", stopped: "stop" }[declaredState] ?? "resume";
    return {
        level: "wrong",
        text: `is ${state}, but declared ${declaredState}: changed by hand`,
        remedy: `curl -X PUT ${restUrl(report)}/connectors/${name}/${action}`,
    };
}

function tooFewTasks({ state, tasks, declaredTasks, name }: ConnectorFacts, report: PlatformReport): Fault | undefined {
    const expected = Math.max(1, declaredTasks ?? 1);
    if (state !== "RUNNING" || tasks.length >= expected) return undefined;
    const count = tasks.length === 0 ? "no task" : plural(tasks.length, "task");
    return { level: "wrong", text: `has ${count}, expected ${expected}`, remedy: restart(name, report) };
}

function taskFinding(task: TaskStatus, connector: ConnectorFacts, report: PlatformReport): Finding[] {
    const fault = taskFault(task, connector, report);
    return fault === undefined
        ? []
        : [{ key: `task:${connector.name}/${task.task}`, subject: `${connector.name}/${task.task}`, ...fault }];
}

function taskFault(
    { state, cause, worker }: TaskStatus,
    connector: ConnectorFacts,
    report: PlatformReport,
): Fault | undefined {
    switch (state) {
        case "FAILED":
            return failed(cause, worker, connector.name, report);
        case "UNASSIGNED":
            return unassigned(report);
        case "RESTARTING":
            return restarting;
    }
    if (state === connector.state) return undefined;
    return {
        level: "warning",
        text: `is ${state} while its connector is ${connector.state}`,
        remedy: "it follows its connector within seconds; if it does not, restart it",
    };
}

const restarting: Fault = {
    level: "warning",
    text: "is being restarted",
    remedy: "it runs again within seconds",
};

function failed(cause: string | undefined, worker: string, connector: string, report: PlatformReport): Fault {
    return {
        level: "wrong",
        text: `FAILED on ${worker}: ${cause ?? "the worker's log tells why"}`,
        remedy: restart(connector, report),
    };
}

function unassigned({ stack }: PlatformReport): Fault {
    return {
        level: "wrong",
        text: "UNASSIGNED: no worker runs it",
        remedy: `after a lost worker others take it up within 5 minutes; workers: ${npmCommand(stack, "logs", "connect")}`,
    };
}

function restart(connector: string, report: PlatformReport): string {
    const url = `${restUrl(report)}/connectors/${connector}/restart?includeTasks=true&onlyFailed=true`;
    return `mend the cause, then restart: curl -X POST '${url}'`;
}

/** A worker that answers. */
function restUrl({ connect }: PlatformReport): string {
    return (connect.find(({ answer }) => answer.ok) ?? connect[0])?.address ?? "";
}
