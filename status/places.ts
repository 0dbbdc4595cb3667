import type { MemberReport, PlatformReport } from "./platformReport";

/** Where things are: what may move without anything being wrong. Of parts that gave no answer: as it was before. */
export interface Places {
    /** Name of the ZooKeeper server that leads; undefined: none is known. */
    leader?: string;
    /** Id of the broker that is the controller; undefined: none is known. */
    controller?: number;
    /** Connectors by name; undefined: never seen. */
    connectors?: Record<string, ConnectorPlace>;
}

interface ConnectorPlace {
    /** Connect's word, such as RUNNING. */
    state: string;
    /** Worker of each task, by the task's number. */
    workers: Record<string, string>;
}

/** Something that is elsewhere, there, gone or in another state than at the look before. */
export interface Move {
    subject: string;
    text: string;
}

/** @param before places of the look before, for what gives no answer now. */
export function placesOf(report: PlatformReport, before: Places = {}): Places {
    const leader = report.zookeeper.find(({ answer }) => answer.ok && answer.value.mode === "leader")?.name;
    const controller = report.kafkaCluster.ok ? report.kafkaCluster.value.controllerId : -1;
    return {
        leader: leader ?? before.leader,
        controller: controller >= 0 ? controller : before.controller,
        connectors: connectorPlaces(report) ?? before.connectors,
    };
}

function connectorPlaces({ connectors }: PlatformReport): Places["connectors"] {
    if (!connectors.ok) return undefined;
    return Object.fromEntries(
        connectors.value.map(({ name, state, tasks }) => [
            name,
            { state, workers: Object.fromEntries(tasks.map(({ task, worker }) => [task, worker])) },
        ]),
    );
}

/** Everything that differs between two looks. */
export function moves(before: Places, now: Places): Move[] {
    const result: Move[] = [];
    if (before.leader !== undefined && now.leader !== before.leader) {
        result.push({ subject: "zookeeper", text: `${now.leader} leads now; it was ${before.leader}` });
    }

    if (before.controller !== undefined && now.controller !== before.controller) {
        result.push({
            subject: "kafka",
            text: `broker ${now.controller} is controller now; it was ${before.controller}`,
        });
    }
    if (before.connectors !== undefined && now.connectors !== undefined) {
        result.push(...connectorMoves(before.connectors, now.connectors));
    }

    return result;
}

type ConnectorPlaces = NonNullable<Places["connectors"]>;

function connectorMoves(before: ConnectorPlaces, now: ConnectorPlaces): Move[] {
    const result: Move[] = [];
    for (const [name, place] of Object.entries(now)) {
        const old = before[name];
        if (old === undefined) result.push({ subject: name, text: "connector added" });
        else result.push(...stateMoves(name, old, place), ...taskMoves(name, old, place));
    }
    for (const name of Object.keys(before)) {
        if (!(name in now)) result.push({ subject: name, text: "connector removed" });
    }

    return result;
}

/** States that last because somebody asked for them. */
const ASKED_FOR = ["RUNNING", "PAUSED", "STOPPED"];

function stateMoves(name: string, before: ConnectorPlace, now: ConnectorPlace): Move[] {
    if (before.state === now.state || ![before.state, now.state].every((state) => ASKED_FOR.includes(state))) return [];
    return [{ subject: name, text: `${now.state} now; it was ${before.state}` }];
}

function taskMoves(name: string, before: ConnectorPlace, now: ConnectorPlace): Move[] {
    return Object.entries(now.workers).flatMap(([task, worker]) => {
        const old = before.workers[task];
        if (old === undefined || old === worker || old === "" || worker === "") return [];
        return [{ subject: `${name}/${task}`, text: `runs on ${worker} now; it was on ${old}` }];
    });
}

/** Who answers of whom there should be, in one line. */
export function summaryOf({ zookeeper, kafka, connect, connectors }: PlatformReport): string {
    return [
        `${answering(zookeeper)} ZooKeeper servers`,
        `${answering(kafka)} brokers`,
        `${answering(connect)} workers`,
        connectors.ok ? connectorCount(connectors.value) : "connectors not known",
    ].join(", ");
}

function answering(members: MemberReport<unknown>[]): string {
    return `${members.filter(({ answer }) => answer.ok).length} of ${members.length}`;
}

function connectorCount(connectors: { tasks: { state: string }[] }[]): string {
    const tasks = connectors.flatMap((connector) => connector.tasks);
    const running = tasks.filter(({ state }) => state === "RUNNING").length;
    return `connectors: ${connectors.length}, tasks running: ${running} of ${tasks.length}`;
}
