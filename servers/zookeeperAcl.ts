import type { Credentials } from "@connect-cdc/connector/client";
import { type NodeAcl, PERMISSIONS, ZookeeperSession } from "./zookeeperSession";

/** Who may change nodes: brokers alone, or everybody whom ZooKeeper lets in. */
export type NodeOwner = "brokers" | "everyone";

const ALL = Object.values(PERMISSIONS).reduce((sum: number, bit) => sum + bit, 0);
const EVERYONE = { scheme: "world", id: "anyone" };
/** The certificates of brokers, as ZooKeeper names them: by the whole subject. */
const BROKERS = { scheme: "x509", id: "CN=kafka" };
/** Nodes with passwords and keys. Source: `SensitiveRootPaths` in Kafka's `ZkData`; they may be below a chroot. */
const SECRET = /\/(config\/(users|brokers)|delegation_token\/tokens)(\/|$)/;

/**
 * Compares the access control lists of an ensemble's nodes with what they should be. With `brokers` everyone else may only read,
 * and not what is secret: the same as Kafka's `zookeeper.set.acl` gives to new nodes. With `everyone` the brokers' nodes are open
 * to all, as those of other owners are not.
 *
 * @param targets `secureClientPort` of the servers; the first that answers is asked.
 * @param credentials of ZooKeeper's super user.
 * @param depth 0 for the root alone, 1 with its children, and so on.
 * @returns paths of the nodes that differ.
 */
export function differingNodes(
    targets: string[],
    credentials: Credentials,
    owner: NodeOwner,
    depth: number,
): Promise<string[]> {
    return withSession(targets, credentials, (session) => eachDiffering(session, owner, depth, async () => undefined));
}

/**
 * Gives all nodes to their owner, see {@link differingNodes}.
 * @returns paths of the nodes that were changed.
 */
export function setOwner(targets: string[], credentials: Credentials, owner: NodeOwner): Promise<string[]> {
    return withSession(targets, credentials, (session) =>
        eachDiffering(session, owner, Infinity, (path, acl) => session.setAcl(path, acl)),
    );
}

async function withSession<T>(
    targets: string[],
    credentials: Credentials,
    use: (session: ZookeeperSession) => Promise<T>,
): Promise<T> {
    const session = await openFirst(targets, credentials);
    try {
        return await use(session);
    } finally {
        await session.close();
    }
}

async function openFirst(targets: string[], credentials: Credentials): Promise<ZookeeperSession> {
    let last: unknown = new Error("there are no ZooKeeper servers");
    for (const target of targets) {
        try {
            return await ZookeeperSession.open(target, credentials);
        } catch (error) {
            last = error;
        }
    }
    throw last;
}

async function eachDiffering(
    session: ZookeeperSession,
    owner: NodeOwner,
    depth: number,
    act: (path: string, acl: NodeAcl[]) => Promise<void>,
): Promise<string[]> {
    const differing: string[] = [];
    const visit = async (path: string) => {
        const acl = await session.acl(path);
        const wanted = acl && changedAcl(path, acl, owner);
        if (wanted) {
            differing.push(path);
            await act(path, wanted);
        }
        const names = (await session.children(path)) ?? [];
        return names.map((name) => `${path === "/" ? "" : path}/${name}`);
    };
    await session.sync();
    let level = ["/"];
    for (let i = 0; i <= depth && level.length > 0; i++) level = (await Promise.all(level.map(visit))).flat();
    return differing.sort();
}

/** The list that a node gets. undefined: it is as it should be. */
function changedAcl(path: string, acl: NodeAcl[], owner: NodeOwner): NodeAcl[] | undefined {
    if (owner === "everyone") {
        return acl.some((entry) => isOf(BROKERS, entry)) ? [{ ...EVERYONE, permissions: ALL }] : undefined;
    }
    const readable = SECRET.test(path) ? 0 : PERMISSIONS.read;
    const isRight = (entry: NodeAcl) =>
        isOf(BROKERS, entry) || (isOf(EVERYONE, entry) && (entry.permissions & ~readable) === 0);
    if (acl.every(isRight)) return undefined;
    const forEveryone = readable === 0 ? [] : [{ ...EVERYONE, permissions: readable }];
    return [{ ...BROKERS, permissions: ALL }, ...forEveryone];
}

function isOf(who: { scheme: string; id: string }, { scheme, id }: NodeAcl): boolean {
    return scheme === who.scheme && id === who.id;
}
