import type { PluginInfo } from "../../servers/connect";
import { runsOn, workersAreEqual } from "../findings/connectFindings";
import type { Finding } from "../findings/findings";
import { containerOf } from "../findings/memberFindings";
import type { Look } from "../flow";
import { type Level, levelOf } from "../levels";
import type { ContainerFacts, MemberReport, PlatformReport } from "../platformReport";
import { plural } from "../units";
import { html, type Html } from "./html";
import { pill, section } from "./pageParts";

/** What a tile says of a member that answers. */
interface Tile {
    level: Level;
    /** In a word. */
    state: string;
    /** Short facts. */
    facts: string[];
}

/** A row of tiles for each role. */
export function membersSection({ report, found }: Look): Html {
    const tasks = report.connectors.ok ? report.connectors.value.flatMap((connector) => connector.tasks) : [];
    const tile = tileOf(report, found);
    const rows = [
        roleRow("ZooKeeper", report.zookeeper, (member) =>
            tile(member, ({ mode, version, connections }) => ({
                level: mode === undefined ? "wrong" : "ok",
                state: mode ?? "not in the quorum",
                facts: [version ?? "", connections === undefined ? "" : plural(connections, "connection")],
            })),
        ),
        roleRow("Kafka", report.kafka, (member) =>
            tile(member, ({ brokersSeen }) => ({
                level: "ok",
                state: isController(report, member) ? "controller" : "ok",
                facts: [`sees ${brokersSeen.length} of ${plural(report.kafka.length, "broker")}`],
            })),
        ),
        roleRow("Connect", report.connect, (member) =>
            tile(member, ({ version }) => ({
                level: "ok",
                state: "ok",
                facts: [version, plural(tasks.filter((task) => runsOn(task, member)).length, "task")],
            })),
        ),
    ];
    const all = [...report.zookeeper, ...report.kafka, ...report.connect];
    const answering = all.filter(({ answer }) => answer.ok).length;
    return section("members", "Members", `${answering} of ${all.length} answer`, [rows, pluginList(report)]);
}

function roleRow<T>(role: string, members: MemberReport<T>[], tile: (member: MemberReport<T>) => Html): Html {
    const answering = members.filter(({ answer }) => answer.ok).length;
    return html`<div class="role">
        <h3>${role} <small>${answering} of ${members.length}</small></h3>
        <ul class="tiles">
            ${members.map(tile)}
        </ul>
    </div>`;
}

function tileOf(report: PlatformReport, found: Finding[]) {
    return <T>(member: MemberReport<T>, describe: (facts: T) => Tile): Html => {
        const { name, address, answer } = member;
        const { state, facts, ...own } = answer.ok ? describe(answer.value) : silentTile;
        const line = answer.ok ? [address, ...facts].filter((fact) => fact !== "").join(" · ") : answer.error;
        const keys = ["member", "container", "registration", "view", "plugins", "cluster"].map(
            (kind) => `${kind}:${name}`,
        );
        const level = levelOf(found, keys, own.level);
        return html`<li class="tile ${level}" id="member-${name}">
            <div class="name"><b>${name}</b>${pill(level, state)}</div>
            <div class="note" title="${line}">${line}</div>
            <div class="note">${containerText(containerOf(name, report))}</div>
        </li>`;
    };
}

const silentTile: Tile = { level: "wrong", state: "no answer", facts: [] };

function containerText(container: ContainerFacts | undefined): string {
    return container === undefined ? "container not seen" : `${container.status} on ${container.host}`;
}

function isController({ kafkaCluster }: PlatformReport, { name }: { name: string }): boolean {
    return kafkaCluster.ok && name === `kafka-${kafkaCluster.value.controllerId}`;
}

function pluginList({ connect }: PlatformReport): Html | undefined {
    const lists = connect.flatMap(({ answer }) => (answer.ok ? [answer.value.plugins] : []));
    if (lists.length === 0) return undefined;

    const every = [...new Set(lists.flat().map(pluginText))].sort();
    return html`<details id="plugins">
        <summary>
            ${plural(every.length, "plugin")},
            ${workersAreEqual(connect) ? "the same on every worker" : "not the same on every worker"}
        </summary>
        <ul class="plugins">
            ${every.map((text) => html`<li>${text}</li>`)}
        </ul>
    </details>`;
}

function pluginText({ class: name, version }: PluginInfo): string {
    return version === undefined ? name : `${name} ${version}`;
}
