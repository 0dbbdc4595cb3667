import { setTimeout as sleep } from "node:timers/promises";
import { credentialsOf } from "../../../cli/stack/stackOutputs";
import { connectorStatuses, tasksOf } from "../../../servers/connect";
import { type ClusterKind, clusterReady } from "../../../servers/health";
import { clusterView } from "../../../servers/kafka";
import { done, pending, waitFor } from "../../../servers/wait";
import { serverState } from "../../../servers/zookeeper";
import { containerName, crashContainer, docker, waitForRestart } from "../stack/docker";
import { withBrokerReport } from "./brokerReport";
import type { Victim } from "./victim";

/** Something that happens to servers. */
export interface Fault {
    name: string;
    /** Causes the fault, and resolves to the affected members when nothing prevents their return. */
    inflict(victim: Victim): Promise<string[]>;
}

const CUT_SECONDS = 30;

/** One of each kind. */
export const faults: Fault[] = [
    fault("ZooKeeper's leader is killed", async (victim) => [await crash(victim, await ensembleLeader(victim))]),
    fault("the broker that is the controller is killed", async (victim) => [
        await crash(victim, await controller(victim)),
    ]),
    fault("the worker of the source is killed", async (victim) => [
        await crash(victim, await workerOf(victim, "dbz-source")),
    ]),
    fault("the JMS broker restarts", (victim) => restart(victim, ["artemis"])),
    fault("the source's worker has its cable cut for 30 s", async (victim) => [
        await cutCable(victim, await workerOf(victim, "dbz-source"), CUT_SECONDS),
    ]),
];

/** Further ones, for those who have more time. */
export const furtherFaults: Fault[] = [
    fault("the worker of a sink is killed", async (victim) => [
        await crash(victim, await workerOf(victim, "json-jms-sink")),
    ]),
    fault("the database restarts", (victim) => restart(victim, ["postgres"])),
    fault("all workers restart at once", (victim) =>
        restart(
            victim,
            victim.outputs.restUrls.map((_, i) => `connect-${i}`),
        ),
    ),
    fault("the controller has its cable cut for 30 s", async (victim) => [
        await cutCable(victim, await controller(victim), CUT_SECONDS),
    ]),
    fault("a sink's worker has its cable cut for 30 s", async (victim) => [
        await cutCable(victim, await workerOf(victim, "xml-jms-sink"), CUT_SECONDS),
    ]),
    fault("the database is killed", async (victim) => [await crash(victim, "postgres")]),
    fault("the JMS broker is killed", async (victim) => [await crash(victim, "artemis")]),
    fault("a server of each role is killed at once", (victim) =>
        Promise.all(["zookeeper-0", "kafka-1", "connect-2"].map((member) => crash(victim, member))),
    ),
];

function fault(name: string, inflict: Fault["inflict"]): Fault {
    return { name, inflict };
}

/** Waits until every server is healthy. */
export async function untilServersWell(victim: Victim, timeoutSeconds = 180): Promise<void> {
    const { addresses } = victim.outputs;
    const credentials = credentialsOf(victim.outputs);
    const clusters: [ClusterKind, string[]][] = [
        ["zookeeper", addresses.zookeeper],
        ["kafka", addresses.kafka],
        ["connect", addresses.connect],
        ["postgres", [addresses.postgres!]],
        ["artemis", [addresses.jmsBroker!]],
    ];
    for (const [kind, targets] of clusters) {
        const check = () => clusterReady({ kind, targets, expected: targets.length, credentials });
        await withBrokerReport(victim, () => waitFor(check, { what: `${kind} to be well`, timeoutSeconds }));
    }
}

/** Waits until every server is healthy and every task runs. */
export async function untilWell(victim: Victim, timeoutSeconds = 180): Promise<void> {
    await untilServersWell(victim, timeoutSeconds);
    const { outputs } = victim;
    const tasksRun = async () => {
        const tasks = tasksOf(await connectorStatuses(outputs.restUrls[0]!, credentialsOf(outputs)));
        const idle = tasks
            .filter(({ state }) => state !== "RUNNING")
            .map(({ connector, state }) => `${connector} ${state}`);
        return tasks.length > 0 && idle.length === 0 ? done() : pending(idle.join(", "));
    };
    await waitFor(tasksRun, { what: "all tasks after a fault", timeoutSeconds });
}

/** Member that runs the connector's first task: workers are known by their advertised address. */
export async function workerOf({ outputs }: Victim, connector: string): Promise<string> {
    return waitFor(
        async () => {
            const statuses = await connectorStatuses(outputs.restUrls[0]!, credentialsOf(outputs));
            const worker = statuses.find(({ name }) => name === connector)?.tasks[0]?.worker_id;
            return worker === undefined ? pending("it has no task") : done(worker.replace(/:\d+$/, ""));
        },
        { what: `the worker of ${connector}`, timeoutSeconds: 60 },
    );
}

async function ensembleLeader({ outputs }: Victim): Promise<string> {
    const modes = await Promise.all(
        outputs.addresses.zookeeper.map(async (target) => (await serverState(target, credentialsOf(outputs))).mode),
    );
    return `zookeeper-${modes.indexOf("leader")}`;
}

async function controller({ outputs }: Victim): Promise<string> {
    const { controllerId } = await clusterView(outputs.addresses.kafka[0]!, credentialsOf(outputs));
    return `kafka-${controllerId}`;
}

/** SIGKILL to the member's process; resolves when the engine has started it again. */
export async function crash({ stack }: Victim, member: string): Promise<string> {
    const name = containerName(stack, member);
    const { RestartCount } = await docker.getContainer(name).inspect();
    await crashContainer(name);
    await waitForRestart(name, RestartCount);
    return member;
}

/** A clean stop and a start of all these members at once. */
export async function restart({ stack }: Victim, members: string[]): Promise<string[]> {
    await Promise.all(members.map((member) => docker.getContainer(containerName(stack, member)).restart({ t: 60 })));
    return members;
}

/** Takes the member off its network for so long. */
async function cutCable(victim: Victim, member: string, seconds: number): Promise<string> {
    await whileCut(victim, member, () => sleep(seconds * 1000));
    return member;
}

/** Takes the member off its network, so that its peers get nothing more from it, not even a closed connection. */
export async function whileCut({ stack }: Victim, member: string, happen: () => Promise<void>): Promise<void> {
    const Container = containerName(stack, member);
    const { NetworkSettings } = await docker.getContainer(Container).inspect();
    const network = docker.getNetwork(Object.keys(NetworkSettings.Networks)[0]!);
    await network.disconnect({ Container });
    try {
        await happen();
    } finally {
        await network.connect({ Container, EndpointConfig: { Aliases: [member] } });
    }
}
