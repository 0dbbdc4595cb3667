/**
 * The dynamic resource ZookeeperAcl: who may change the nodes of a ZooKeeper ensemble.
 *
 * diff compares the root and its children, which costs some milliseconds; create and update compare and change all nodes; delete
 * leaves them as they are. A failed change is repeated by the next up: the state has no new owner until all nodes have it.
 */
import { hasUnknown } from "@connect-cdc/connector/checks";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import { done, waitFor } from "../servers/wait";
import { differingNodes, type NodeOwner, setOwner } from "../servers/zookeeperAcl";

export interface ZookeeperAclInputs {
    /** `host:port` of the servers with TLS. */
    targets: string[];
    /** The operator's, who is ZooKeeper's super user. Secret. Their change alone is no change. */
    credentials: Credentials;
    owner: NodeOwner;
}

export type ZookeeperAclOutputs = Pick<ZookeeperAclInputs, "owner">;

const UP_SECONDS = 60;
/** The root and its children: a tool of Kafka's that changes access begins there. */
const COMPARED_DEPTH = 1;

export async function diff(
    _id: string,
    olds: ZookeeperAclOutputs,
    news: ZookeeperAclInputs,
): Promise<{ changes: boolean }> {
    return { changes: olds.owner !== news.owner || (!hasUnknown(news) && (await hasOthers(news))) };
}

async function hasOthers({ targets, credentials, owner }: ZookeeperAclInputs): Promise<boolean> {
    try {
        const nodes = await differingNodes(targets, credentials, owner, COMPARED_DEPTH);
        if (nodes.length > 0) console.log(`ZooKeeper's nodes get the owner "${owner}" again: ${nodes.join(", ")}`);
        return nodes.length > 0;
    } catch (error) {
        console.log(`note: access to ZooKeeper's nodes was not compared: ${messageOf(error)}`);
        return false;
    }
}

export async function create(inputs: ZookeeperAclInputs): Promise<{ id: string; outs: ZookeeperAclOutputs }> {
    return { id: "zookeeper-acl", ...(await settle(inputs)) };
}

export function update(
    _id: string,
    _olds: ZookeeperAclOutputs,
    news: ZookeeperAclInputs,
): Promise<{ outs: ZookeeperAclOutputs }> {
    return settle(news);
}

async function settle({ targets, credentials, owner }: ZookeeperAclInputs): Promise<{ outs: ZookeeperAclOutputs }> {
    const changed = await waitFor(async () => done(await setOwner(targets, credentials, owner)), {
        what: "access to ZooKeeper's nodes",
        timeoutSeconds: UP_SECONDS,
        onProgress: console.log,
    });
    if (changed.length > 0) console.log(`nodes of ZooKeeper with the new owner "${owner}": ${changed.length}`);
    return { outs: { owner } };
}

export async function read(
    id: string,
    props: ZookeeperAclOutputs,
): Promise<{ id: string; props: ZookeeperAclOutputs }> {
    return { id, props };
}
