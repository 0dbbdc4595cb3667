import type { PartitionState } from "../../servers/kafka";
import type { Finding } from "../finding";
import { npmCommand } from "../npmCommand";
import type { KafkaFacts, PlatformSnapshot } from "../snapshot";
import { plural } from "../units";

/** With this many brokers or more, a topic with one replica is a warning. */
const BROKERS_FOR_REPLICAS = 3;

/** Brokers that are not part of the cluster, partitions without all their replicas, topics with too few replicas. */
export function kafkaFindings(snapshot: PlatformSnapshot): Finding[] {
    const { kafkaCluster } = snapshot;
    return [...brokerFindings(snapshot), ...(kafkaCluster.ok ? clusterFindings(kafkaCluster.value, snapshot) : [])];
}

/** Members are numbered like their ids: `kafka-1` is broker 1. */
function brokerFindings({ kafka, zookeeper, stack }: PlatformSnapshot): Finding[] {
    const servers = zookeeper.flatMap(({ answer }) => (answer.ok ? [answer.value] : []));
    const serving = servers.filter(({ mode }) => mode !== undefined);
    const answering = kafka.flatMap(({ answer }, id) => (answer.ok ? [id] : []));
    return kafka.flatMap(({ name, answer }, id): Finding[] => {
        if (!answer.ok) return [];
        const finding = {
            level: "wrong" as const,
            subject: name,
            remedy: `find the cause: ${npmCommand(stack, "logs", name)}`,
        };
        const unseen = answering.filter((other) => !answer.value.brokersSeen.includes(other));
        return [
            ...(serving.length > 0 && !serving.some(({ registeredBrokers }) => registeredBrokers.includes(id))
                ? [{ ...finding, key: `registration:${name}`, text: "answers, but is not registered in ZooKeeper" }]
                : []),
            ...(unseen.length > 0
                ? [{ ...finding, key: `view:${name}`, text: `does not see broker ${unseen.join(", ")}, which answers` }]
                : []),
        ];
    });
}

function clusterFindings(facts: KafkaFacts, { stack }: PlatformSnapshot): Finding[] {
    const log = npmCommand(stack, "logs", "kafka");
    const controller: Finding = {
        key: "kafka:controller",
        level: "wrong",
        subject: "kafka",
        text: "no broker is the controller: no leader can be elected",
        remedy: `check that the brokers reach ZooKeeper: ${log}`,
    };
    return [
        ...(facts.controllerId < 0 ? [controller] : []),
        ...replicaFinding(facts, log),
        ...facts.topics.flatMap((topic) => leaderFinding(topic.name, facts.underReplicated, log)),
        ...facts.topics.flatMap((topic) => replicationFinding(topic, facts)),
    ];
}

function replicaFinding({ underReplicated, topics }: KafkaFacts, log: string): Finding[] {
    const [first] = underReplicated;
    if (first === undefined) return [];
    const all = topics.reduce((count, { partitions }) => count + partitions, 0);
    const example = `${first.topic}-${first.partition} (${first.inSync.length} of ${first.replicas.length})`;
    return [
        {
            key: "kafka:replicas",
            level: "wrong",
            subject: "kafka",
            text: `${underReplicated.length} of ${all} partitions do not have all replicas in sync, such as ${example}`,
            remedy: `start all brokers, and wait until the replicas catch up; if they do not, find the cause: ${log}`,
        },
    ];
}

function leaderFinding(name: string, unhealthy: PartitionState[], log: string): Finding[] {
    const offline = unhealthy.filter(({ topic, leader }) => topic === name && leader < 0);
    if (offline.length === 0) return [];
    return [
        {
            key: `topic:${name}`,
            level: "wrong",
            subject: `topic ${name}`,
            text: `${plural(offline.length, "partition")} without a leader: clients can neither write nor read`,
            remedy: `start the brokers that have its replicas: ${log}`,
        },
    ];
}

function replicationFinding(
    { name, replicationFactor }: KafkaFacts["topics"][number],
    { brokers }: KafkaFacts,
): Finding[] {
    if (replicationFactor > 1 || brokers.length < BROKERS_FOR_REPLICAS) return [];
    return [
        {
            key: `replication:${name}`,
            level: "warning",
            subject: `topic ${name}`,
            text: `has one replica on a cluster of ${brokers.length} brokers: its records are lost with its broker`,
            remedy: "add replicas with kafka-reassign-partitions.sh, or create it again with replication 3",
        },
    ];
}
