import { connect, type TLSSocket } from "node:tls";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import { parseAddress } from "./address";
import { tlsOptions } from "./tlsOptions";

/*
 * ZooKeeper's own protocol, as much of it as access control lists need. Facts: zookeeper.jute and ZooDefs.java of ZooKeeper 3.8.
 */

/** An entry of a node's access control list. */
export interface NodeAcl {
    /** Sum of {@link PERMISSIONS}. */
    permissions: number;
    scheme: string;
    id: string;
}

/** Bits of {@link NodeAcl.permissions}. */
export const PERMISSIONS = { read: 1, write: 2, create: 4, delete: 8, admin: 16 } as const;

const OPERATIONS = { getAcl: 6, setAcl: 7, getChildren: 8, sync: 9, close: -11 } as const;
const NO_NODE = -101;
const ERRORS: Record<number, string> = { [NO_NODE]: "no such node", [-102]: "no permission", [-114]: "no valid ACL" };
/** The session ends with the connection, or after this time without a request, ms. */
const SESSION_MS = 20_000;
const ANY_VERSION = -1;

/** Requests on one connection. The server answers in their order, so that many may be on the way. */
export class ZookeeperSession {
    private readonly waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void }[] = [];
    private received = Buffer.alloc(0);
    private failure?: Error;
    private lastId = 0;

    /**
     * @param target `host:port` of a server's `secureClientPort`.
     * @throws when it does not answer.
     */
    static async open(target: string, credentials: Credentials): Promise<ZookeeperSession> {
        const { host, port } = parseAddress(target);
        const session = new ZookeeperSession(target, connect({ port, ...tlsOptions(host, credentials) }));
        const newPassword = Buffer.concat([int(16), Buffer.alloc(16)]);
        await session.exchange([int(0), long(0), int(SESSION_MS), long(0), newPassword]);
        return session;
    }

    private constructor(
        private readonly target: string,
        private readonly socket: TLSSocket,
    ) {
        socket.setTimeout(SESSION_MS, () => socket.destroy(new Error(`no answer within ${SESSION_MS} ms`)));
        socket.on("error", (error) => this.fail(messageOf(error)));
        socket.on("close", () => this.fail("it closed the connection"));
        socket.on("data", (bytes: Buffer) => this.receive(bytes));
    }

    /** Waits until the server knows all earlier changes, those made by way of other servers, too. */
    async sync(): Promise<void> {
        await this.request(OPERATIONS.sync, [text("/")]);
    }

    /** Names of a node's children. undefined: there is no such node. */
    async children(path: string): Promise<string[] | undefined> {
        const answer = await this.request(OPERATIONS.getChildren, [text(path), Buffer.of(0)]);
        return answer?.list(() => answer.text());
    }

    /** The access control list of a node. undefined: there is no such node. */
    async acl(path: string): Promise<NodeAcl[] | undefined> {
        const answer = await this.request(OPERATIONS.getAcl, [text(path)]);
        return answer?.list(() => ({ permissions: answer.int(), scheme: answer.text(), id: answer.text() }));
    }

    /** Sets the access control list of a node. Nothing happens where there is no such node. */
    async setAcl(path: string, acl: NodeAcl[]): Promise<void> {
        const entries = acl.flatMap(({ permissions, scheme, id }) => [int(permissions), text(scheme), text(id)]);
        await this.request(OPERATIONS.setAcl, [text(path), int(acl.length), ...entries, int(ANY_VERSION)]);
    }

    async close(): Promise<void> {
        await this.request(OPERATIONS.close, []).catch(() => undefined);
        this.socket.destroy();
    }

    /** @returns what follows the header of the answer. undefined: there is no such node. */
    private async request(operation: number, parts: Buffer[]): Promise<Answer | undefined> {
        const answer = await this.exchange([int(++this.lastId), int(operation), ...parts]);
        const code = answer.readInt32BE(12);
        if (code === NO_NODE) return undefined;
        if (code !== 0) throw new Error(`ZooKeeper server ${this.target} refuses: ${ERRORS[code] ?? `error ${code}`}`);
        return new Answer(answer, 16);
    }

    private exchange(parts: Buffer[]): Promise<Buffer> {
        return new Promise((resolve, reject) => {
            if (this.failure) {
                reject(this.failure);
                return;
            }
            this.waiting.push({ resolve, reject });
            this.socket.write(framed(parts));
        });
    }

    private receive(bytes: Buffer): void {
        this.received = Buffer.concat([this.received, bytes]);
        while (this.received.length >= 4) {
            const end = 4 + this.received.readInt32BE(0);
            if (this.received.length < end) return;
            this.waiting.shift()?.resolve(this.received.subarray(4, end));
            this.received = this.received.subarray(end);
        }
    }

    private fail(cause: string): void {
        this.failure ??= new Error(`ZooKeeper server ${this.target} does not answer (${cause})`);
        for (const { reject } of this.waiting.splice(0)) reject(this.failure);
    }
}

/** The fields of an answer, one after the other. */
class Answer {
    constructor(
        private readonly bytes: Buffer,
        private offset: number,
    ) {}

    int(): number {
        this.offset += 4;
        return this.bytes.readInt32BE(this.offset - 4);
    }

    text(): string {
        const length = this.int();
        this.offset += length;
        return this.bytes.toString("utf8", this.offset - length, this.offset);
    }

    list<T>(entry: () => T): T[] {
        return Array.from({ length: this.int() }, entry);
    }
}

function framed(parts: Buffer[]): Buffer {
    const content = Buffer.concat(parts);
    return Buffer.concat([int(content.length), content]);
}

function int(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
}

function long(value: number): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    return bytes;
}

function text(value: string): Buffer {
    const bytes = Buffer.from(value);
    return Buffer.concat([int(bytes.length), bytes]);
}
