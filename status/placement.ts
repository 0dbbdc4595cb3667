import type { PlatformSnapshot } from "./snapshot";

/** Who leads, and where tasks run. Its changes are not problems. A part without an answer keeps its last value. */
export interface Placement {
    /** Name of the ZooKeeper server that leads; undefined: not known yet. */
    leader?: string;
    /** Id of the broker that is the controller; undefined: not known yet. */
    controller?: number;
    /** Connectors by name; undefined: not known yet. */
    connectors?: Record<string, ConnectorPlacement>;
}

interface ConnectorPlacement {
    /** Connect's word, such as RUNNING. */
    state: string;
    /** Worker of each task, by the task's number. */
    workers: Record<string, string>;
}

/** A difference between two placements. */
export interface PlacementChange {
    /** The part of the platform, by its name on the screen. */
    subject: string;
    text: string;
}

/** @param before placement in the snapshot before, for parts without an answer. */
export function placementOf(snapshot: PlatformSnapshot, before: Placement = {}): Placement {
    const leader = snapshot.zookeeper.find(({ answer }) => answer.ok && answer.value.mode === "leader")?.name;
    const controller = snapshot.kafkaCluster.ok ? snapshot.kafkaCluster.value.controllerId : -1;
    return {
        leader: leader ?? before.leader,
        controller: controller >= 0 ? controller : before.controller,
        connectors: connectorPlacements(snapshot) ?? before.connectors,
    };
}

function connectorPlacements({ connectors }: PlatformSnapshot): Placement["connectors"] {
    if (!connectors.ok) return undefined;
    return Object.fromEntries(
        connectors.value.map(({ name, state, tasks }) => [
            name,
            { state, workers: Object.fromEntries(tasks.map(({ task, worker }) => [task, worker])) },
        ]),
    );
}

/** All differences between two placements. */
export function placementChanges(before: Placement, now: Placement): PlacementChange[] {
    const changes: PlacementChange[] = [];
    if (before.leader !== undefined && now.leader !== before.leader) {
        changes.push({ subject: "zookeeper", text: `${now.leader} leads now; it was ${before.leader}` });
    }

    if (before.controller !== undefined && now.controller !== before.controller) {
        changes.push({
            subject: "kafka",
            text: `broker ${now.controller} is controller now; it was ${before.controller}`,
        });
    }
    if (before.connectors !== undefined && now.connectors !== undefined) {
        changes.push(...connectorChanges(before.connectors, now.connectors));
    }

    return changes;
}

type ConnectorPlacements = NonNullable<Placement["connectors"]>;

function connectorChanges(before: ConnectorPlacements, now: ConnectorPlacements): PlacementChange[] {
    const changes: PlacementChange[] = [];
    for (const [name, placement] of Object.entries(now)) {
        const old = before[name];
        if (old === undefined) changes.push({ subject: name, text: "connector added" });
        else changes.push(...stateChanges(name, old, placement), ...taskChanges(name, old, placement));
    }
    for (const name of Object.keys(before)) {
        if (!(name in now)) changes.push({ subject: name, text: "connector removed" });
    }

    return changes;
}

/** States that a user sets. Others pass by themselves. */
const SET_STATES = ["RUNNING", "PAUSED", "STOPPED"];

function stateChanges(name: string, before: ConnectorPlacement, now: ConnectorPlacement): PlacementChange[] {
    if (before.state === now.state || ![before.state, now.state].every((state) => SET_STATES.includes(state))) {
        return [];
    }
    return [{ subject: name, text: `${now.state} now; it was ${before.state}` }];
}

function taskChanges(name: string, before: ConnectorPlacement, now: ConnectorPlacement): PlacementChange[] {
    return Object.entries(now.workers).flatMap(([task, worker]) => {
        const old = before.workers[task];
        if (old === undefined || old === worker || old === "" || worker === "") return [];
        return [{ subject: `${name}/${task}`, text: `runs on ${worker} now; it was on ${old}` }];
    });
}
