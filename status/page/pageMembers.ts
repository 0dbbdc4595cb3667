import type { ConnectorPlugin } from "@connect-cdc/connector/client";
import type { Finding } from "../finding";
import { runsOn, workersAreEqual } from "../findings/connectFindings";
import { containerOf } from "../findings/memberFindings";
import type { TrackedStatus } from "../flow";
import { type Level, levelOf } from "../levels";
import type { ContainerFacts, MemberAnswer, PlatformSnapshot } from "../snapshot";
import { plural } from "../units";
import { html, type Html } from "./html";
import { pill, section } from "./pageParts";

/** The tile of a member that answers. */
interface Tile {
    level: Level;
    /** In one word. */
    state: string;
    /** Short facts. */
    facts: string[];
}

/** A row of tiles for each role. */
export function membersSection({ snapshot, findings }: TrackedStatus): Html {
    const tasks = snapshot.connectors.ok ? snapshot.connectors.value.flatMap((connector) => connector.tasks) : [];
    const tile = tileOf(snapshot, findings);
    const { registry } = snapshot;
    const rows = [
        roleRow("ZooKeeper", snapshot.zookeeper, (member) =>
            tile(member, ({ mode, version, connections }) => ({
                level: mode === undefined ? "wrong" : "ok",
                state: mode ?? "not in the quorum",
                facts: [version ?? "", connections === undefined ? "" : plural(connections, "connection")],
            })),
        ),
        roleRow("Kafka", snapshot.kafka, (member) =>
            tile(member, ({ brokersSeen }) => ({
                level: "ok",
                state: isController(snapshot, member) ? "controller" : "ok",
                facts: [`sees ${brokersSeen.length} of ${plural(snapshot.kafka.length, "broker")}`],
            })),
        ),
        roleRow("Connect", snapshot.connect, (member) =>
            tile(member, ({ version }) => ({
                level: "ok",
                state: "ok",
                facts: [version, plural(tasks.filter((task) => runsOn(task, member)).length, "task")],
            })),
        ),
        registry.length > 0 &&
            roleRow("Schema registry", registry, (member) =>
                tile(member, ({ subjects }) => ({ level: "ok", state: "ok", facts: [plural(subjects, "subject")] })),
            ),
    ];
    const all = [...snapshot.zookeeper, ...snapshot.kafka, ...snapshot.connect, ...registry];
    const answering = all.filter(({ answer }) => answer.ok).length;
    return section("members", "Members", `${answering} of ${all.length} answer`, [rows, pluginList(snapshot)]);
}

function roleRow<T>(role: string, members: MemberAnswer<T>[], tile: (member: MemberAnswer<T>) => Html): Html {
    const answering = members.filter(({ answer }) => answer.ok).length;
    return html`<div class="role">
        <h3>${role} <small>${answering} of ${members.length}</small></h3>
        <ul class="tiles">
            ${members.map(tile)}
        </ul>
    </div>`;
}

function tileOf(snapshot: PlatformSnapshot, findings: Finding[]) {
    return <T>(member: MemberAnswer<T>, tileFor: (facts: T) => Tile): Html => {
        const { name, address, answer } = member;
        const { state, facts, ...own } = answer.ok ? tileFor(answer.value) : noAnswerTile;
        const line = answer.ok ? [address, ...facts].filter((fact) => fact !== "").join(" · ") : answer.error;
        const keys = ["member", "container", "registration", "view", "plugins", "cluster"].map(
            (kind) => `${kind}:${name}`,
        );
        const level = levelOf(findings, keys, own.level);
        return html`<li class="tile ${level}" id="member-${name}">
            <div class="name"><b>${name}</b>${pill(level, state)}</div>
            <div class="note" title="${line}">${line}</div>
            <div class="note">${containerText(containerOf(name, snapshot))}</div>
        </li>`;
    };
}

const noAnswerTile: Tile = { level: "wrong", state: "no answer", facts: [] };

function containerText(container: ContainerFacts | undefined): string {
    return container === undefined ? "container not seen" : `${container.status} on ${container.host}`;
}

function isController({ kafkaCluster }: PlatformSnapshot, { name }: { name: string }): boolean {
    return kafkaCluster.ok && name === `kafka-${kafkaCluster.value.controllerId}`;
}

function pluginList({ connect }: PlatformSnapshot): Html | undefined {
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

function pluginText({ class: name, version }: ConnectorPlugin): string {
    return version === undefined ? name : `${name} ${version}`;
}
