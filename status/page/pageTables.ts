import { runsOn } from "../findings/connectFindings";
import { connectorState, type TrackedStatus } from "../flow";
import { connectorKeys, levelOf, stateLevel } from "../levels";
import { rate, rates, topicKey } from "../rates";
import type { ConnectorFacts, TaskFacts, TopicFacts } from "../snapshot";
import { countText, plural, rateText, UNKNOWN_NUMBER } from "../units";
import { type Content, html, type Html } from "./html";
import { pill, section, sparkline } from "./pageParts";

/** All connectors with their tasks, and the causes of failures. */
export function connectorsSection(status: TrackedStatus): Html {
    const { connectors, missingConnectors } = status.snapshot;
    if (!connectors.ok) {
        return section(
            "connectors",
            "Connectors",
            "",
            html`<p class="nothing">No worker answers: ${connectors.error}</p>`,
        );
    }
    const tasks = connectors.value.flatMap((connector) => connector.tasks);
    const running = tasks.filter(({ state }) => state === "RUNNING").length;
    const rows = [
        ...connectors.value.map((connector) => connectorRows(status, connector)),
        ...missingConnectors.map((name) => row([name, pill("wrong", "missing"), UNKNOWN_NUMBER, UNKNOWN_NUMBER])),
    ];
    return section(
        "connectors",
        "Connectors",
        `${running} of ${plural(tasks.length, "task")} running`,
        table("Table of connectors and their tasks", ["Connector, task", "State", "Worker", "Behind"], rows),
    );
}

function connectorRows(status: TrackedStatus, connector: ConnectorFacts): Content {
    const { name, type, state, lag, tasks, trace, cause, managed } = connector;
    const level = levelOf(status.findings, connectorKeys(name), stateLevel(state));
    const kind = managed ? type : `${type}, not declared by this stack`;
    return [
        row([
            html`<b>${name}</b> <small>${kind}</small>`,
            pill(level, connectorState(state, [])),
            workerName(status, connector),
            type === "sink" ? countText(lag) : UNKNOWN_NUMBER,
        ]),
        causeRow(name, cause, trace),
        tasks.map((task) => taskRows(status, task)),
    ];
}

function taskRows(status: TrackedStatus, task: TaskFacts): Content {
    const name = `${task.connector}/${task.task}`;
    const state = pill(levelOf(status.findings, [`task:${name}`], stateLevel(task.state)), task.state.toLowerCase());
    return [
        row([html`<span class="task">task ${task.task}</span>`, state, workerName(status, task), ""], `task-${name}`),
        causeRow(name, task.cause, task.trace),
    ];
}

/** Name of the worker; its address when it is not a member of this stack. */
function workerName({ snapshot }: TrackedStatus, runner: { worker: string }): string {
    return snapshot.connect.find((member) => runsOn(runner, member))?.name ?? runner.worker;
}

/** A row of full width: the cause in one line, which expands to the trace. */
function causeRow(name: string, cause: string | undefined, trace: string | undefined): Html | undefined {
    if (trace === undefined) return undefined;

    return html`<tr class="cause" id="cause-${name}">
        <td colspan="4">
            <details id="trace-${name}">
                <summary>${cause}</summary>
                <pre tabindex="0">${trace}</pre>
            </details>
        </td>
    </tr>`;
}

/** Number of topics on the page, which is rendered every two seconds. */
const MOST_TOPICS = 100;

/** The topics, with the settings for the safety of their records. */
export function topicsSection(status: TrackedStatus): Html {
    const { kafkaCluster } = status.snapshot;
    if (!kafkaCluster.ok) {
        return section("topics", "Topics", "", html`<p class="nothing">No broker answers: ${kafkaCluster.error}</p>`);
    }

    const { topics, underReplicated } = kafkaCluster.value;
    const count = underReplicated.length;
    const note = count === 0 ? "every replica in sync" : `${plural(count, "partition")} with a replica out of sync`;
    const hidden = topics.length - MOST_TOPICS;
    return section(
        "topics",
        "Topics",
        hidden > 0 ? `${note}; ${plural(hidden, "topic")} more in /report.json` : note,
        table(
            "Table of topics",
            ["Topic", "Rows/s", "Records", "Partitions × replicas", "Least in sync", "Clean-up", "Last minute"],
            topics.slice(0, MOST_TOPICS).map((topic) => topicRow(status, topic)),
        ),
    );
}

function topicRow({ history }: TrackedStatus, topic: TopicFacts): Html {
    const { name, partitions, replicationFactor, cleanupPolicy, minInsyncReplicas, endOffsets } = topic;
    const key = topicKey(name);
    return row([
        name,
        rateText(rate(history, key)),
        countText(endOffsets),
        `${partitions} × ${replicationFactor}`,
        minInsyncReplicas ?? UNKNOWN_NUMBER,
        cleanupPolicy ?? UNKNOWN_NUMBER,
        sparkline(rates(history, key)),
    ]);
}

/** A table that scrolls horizontally in a narrow window, also by keyboard. */
function table(caption: string, heads: string[], rows: Content): Html {
    return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
        <table>
            <thead>
                <tr>
                    ${heads.map((head) => html`<th scope="col">${head}</th>`)}
                </tr>
            </thead>
            <tbody>
                ${rows}
            </tbody>
        </table>
    </div>`;
}

function row([head, ...cells]: Content[], id?: string): Html {
    return html`<tr ${id !== undefined && html`id="${id}"`}>
        <th scope="row">${head}</th>
        ${cells.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
}
