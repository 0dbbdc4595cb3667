import type { Credentials } from "@connect-cdc/connector/client";
import { connectEngine, type EngineAddress } from "@connect-cdc/docker-engine";
import { listContainers, QUIET_SSH } from "../docker/engine";
import { objectName, type StackIdentity } from "../docker/labels";
import { type ClusterView, clusterView } from "../servers/kafka";
import { heldBy } from "./reassignment";
import { reassignmentCommands } from "./reassignmentCommands";

const ZOO_CFG = "/etc/connect-cdc/zoo.cfg";
const LIMIT_MS = 10_000;

/** Numbers of members in the config. */
export interface WantedSizes {
    stack: StackIdentity;
    engines: EngineAddress[];
    /** `zookeeper.servers`. */
    zookeeperServers: number;
    /** Brokers that stay, as host:port: as many as `kafka.brokers`. */
    brokers: string[];
    /** Where brokers are asked now: by their addresses after the last update. Default: `brokers`, without TLS. */
    running?: { brokers: string[]; credentials?: Credentials };
}

interface MemberContainer {
    engine: EngineAddress;
    id: string;
    name: string;
    role: string;
    index: number;
}

/**
 * Checks new numbers of members against the running servers: the size of a ZooKeeper ensemble is fixed, and brokers with
 * partitions cannot be removed. Engines that do not answer are skipped; preflight reports them.
 * @param limitMs time for an engine to answer, ms. Default 10 s.
 * @returns problems with remedies; empty when there are none.
 */
export async function scalingProblems(wanted: WantedSizes, limitMs = LIMIT_MS): Promise<string[]> {
    const lists = await Promise.all(
        wanted.engines.map((engine) => members(engine, wanted.stack, limitMs).catch((): MemberContainer[] => [])),
    );
    const containers = lists.flat();
    const problems = await Promise.all([ensembleProblem(wanted, containers), brokersProblem(wanted, containers)]);
    return problems.filter((problem) => problem !== undefined);
}

async function members(engine: EngineAddress, stack: StackIdentity, limitMs: number): Promise<MemberContainer[]> {
    const found = await listContainers(engine, stack, AbortSignal.timeout(limitMs));
    return found.flatMap(({ Id, Names }) => {
        const name = (Names[0] ?? "").slice(1);
        const [, role, index] = /^(zookeeper|kafka)-(\d+)$/.exec(name.slice(objectName(stack, "").length)) ?? [];
        return role === undefined ? [] : [{ engine, id: Id, name, role, index: Number(index) }];
    });
}

async function ensembleProblem(wanted: WantedSizes, containers: MemberContainer[]): Promise<string | undefined> {
    const server = containers.find(({ role }) => role === "zookeeper");
    const size = server && (await ensembleSize(server).catch(() => undefined));
    if (size === undefined || size === wanted.zookeeperServers) return undefined;
    return (
        `zookeeper.servers = ${wanted.zookeeperServers}: the ensemble of this stack was made with ${size}, and cannot be ` +
        "made larger or smaller: while some of its servers know other members than the rest there could be two leaders; " +
        `set it back to ${size}. For another size make a new stack`
    );
}

/** Number of servers in the config of one server; its container need not run. */
async function ensembleSize({ engine, id }: MemberContainer): Promise<number> {
    const client = connectEngine(engine, { sshOptions: QUIET_SSH });
    const archive = await client.getContainer(id).getArchive({ path: ZOO_CFG });
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    // A tar archive has the text of a file uncompressed. A single server has no list.
    return Math.max(
        1,
        Buffer.concat(chunks)
            .toString("latin1")
            .match(/^server\.\d+=/gm)?.length ?? 0,
    );
}

async function brokersProblem(wanted: WantedSizes, containers: MemberContainer[]): Promise<string | undefined> {
    const stay = wanted.brokers.length;
    const brokers = containers.filter(({ role }) => role === "kafka");
    const going = brokers.map(({ index }) => index).filter((index) => index >= stay);
    if (going.length === 0) return undefined;
    const names = going
        .sort()
        .map((index) => `kafka-${index}`)
        .join(", ");
    const what = `kafka.brokers = ${stay}: ${names} would be removed`;
    const view = await firstView(wanted.running?.brokers ?? wanted.brokers, wanted.running?.credentials);
    if (view === undefined) {
        return `${what}, and no broker answers whether it has partitions; restore the old number until the cluster is healthy`;
    }

    const held = heldBy(view.partitions, going);
    if (held.length === 0) return undefined;
    const first = `${held[0]!.topic}-${held[0]!.partition}`;
    const commands = reassignmentCommands({
        brokers: wanted.brokers,
        operator: wanted.running?.credentials && wanted.running.brokers,
        engines: wanted.engines.length,
        container: brokers.find(({ index }) => index === 0)!,
        partitions: view.partitions,
        going,
    });
    return `${what}, with replicas of ${held.length} partitions, such as ${first}; move them, then try again:\n${commands}`;
}

async function firstView(targets: string[], credentials?: Credentials): Promise<ClusterView | undefined> {
    for (const target of targets) {
        const view = await clusterView(target, credentials).catch(() => undefined);
        if (view !== undefined) return view;
    }
    return undefined;
}
