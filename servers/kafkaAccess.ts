import { pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import type { Connection, ProtocolError, ResponseError } from "@platformatic/kafka";
import { parseAddress } from "./address";
import { evenIfPartial, loadClient, withBroker } from "./kafka";

/*
 * Users, rules and quotas of a Kafka cluster. Facts: Kafka's protocol guide, KIP-554 (SCRAM), KIP-546 (quotas), KIP-290 (prefixes).
 */

/** What a principal may do with one resource, or with all whose names begin so. Exactly one of the resources is set. */
export interface AllowedOperations {
    /** Name, or prefix with a trailing `*`. */
    topic?: string;
    /** Consumer group: name, or prefix with a trailing `*`. */
    group?: string;
    /** Name, or prefix with a trailing `*`. */
    transactionalId?: string;
    cluster?: "kafka-cluster";
    /** Kafka's names: `Read`, `DescribeConfigs`. */
    operations: string[];
}

/** One entry of Kafka's access control lists. */
export interface Acl {
    resource: string;
    /** Name, or with `isPrefix` the beginning of names. `*`: all. */
    name: string;
    isPrefix: boolean;
    /** `User:app`. */
    principal: string;
    /** Address of the client. `*`: any. */
    host: string;
    operation: string;
    permission: string;
}

/** Limits of a user, per broker. Undefined: no limit. */
export interface Quotas {
    producerBytesPerSecond?: number;
    consumerBytesPerSecond?: number;
    /** Share of the time of the broker's network and request threads, percent of one thread. */
    requestPercentage?: number;
}

/** Users, rules and quotas as the cluster has them. */
export interface KafkaAccess {
    /** Names of the users with a password (SCRAM-SHA-512). */
    users: string[];
    acls: Acl[];
    /** Quotas of users, for all of their clients, by name. */
    quotas: Record<string, Quotas>;
}

/** Changes of users, rules and quotas, in the order in which they are made. */
export interface AccessChanges {
    /** Passwords to set, by user. */
    passwords: Record<string, string>;
    /** Quotas to set, by user. */
    quotas: Record<string, Quotas>;
    newAcls: Acl[];
    oldAcls: Acl[];
    /** Users whose passwords are removed. */
    oldUsers: string[];
}

/** A broker answered, and refused. */
export class RefusedError extends Error {}

/** Kafka's own default is 4096, the least that it takes. RFC 7677 asks for at least as many. */
const ITERATIONS = 8192;
const HASH = { name: "sha512", bytes: 64 };
const LOGIN_MS = 4000;

const QUOTA_KEYS = {
    producerBytesPerSecond: "producer_byte_rate",
    consumerBytesPerSecond: "consumer_byte_rate",
    requestPercentage: "request_percentage",
} as const;

/** Codes of the protocol by their names. */
const RESOURCES: Record<string, number> = {
    ...{ any: 1, topic: 2, group: 3, cluster: 4, transactionalId: 5, delegationToken: 6, user: 7 },
};
const OPERATIONS: Record<string, number> = {
    ...{ Any: 1, All: 2, Read: 3, Write: 4, Create: 5, Delete: 6, Alter: 7, Describe: 8, ClusterAction: 9 },
    ...{ DescribeConfigs: 10, AlterConfigs: 11, IdempotentWrite: 12, CreateTokens: 13, DescribeTokens: 14 },
    TwoPhaseCommit: 15,
};
const PERMISSIONS: Record<string, number> = { Any: 1, Deny: 2, Allow: 3 };
const PATTERNS = { any: 1, literal: 3, prefixed: 4 };

/** The principal of a user, or of a certificate by its common name. */
export function principalOf(name: string): string {
    return `User:${name}`;
}

/** A rule as Kafka keeps it: an entry for each operation. */
export function aclsOf(name: string, { operations, ...resources }: AllowedOperations): Acl[] {
    const [resource, text] = Object.entries(resources).find(([, value]) => value !== undefined) as [string, string];
    const isPrefix = text.endsWith("*") && text !== "*";
    const common = { resource, name: isPrefix ? text.slice(0, -1) : text, isPrefix, principal: principalOf(name) };
    return operations.map((operation) => ({ ...common, host: "*", operation, permission: "Allow" }));
}

/** An entry in words, without its principal: `Read topic orders*`. Equal texts are equal entries of one principal. */
export function aclText({ resource, name, isPrefix, host, operation, permission }: Acl): string {
    const denied = permission === "Allow" ? "" : `${permission} `;
    const from = host === "*" ? "" : ` from ${host}`;
    return `${denied}${operation} ${resource} ${name}${isPrefix ? "*" : ""}${from}`;
}

/**
 * Reads users, rules and quotas. One round over the brokers, short limits.
 *
 * @param targets brokers; the first that answers is asked.
 * @param credentials for a listener with TLS. Default: the listener has none.
 * @throws RefusedError when the broker refuses, any other error when none answers.
 */
export async function readAccess(targets: string[], credentials?: Credentials): Promise<KafkaAccess> {
    return withController(targets, credentials, async (connection) => {
        const { describeAclsV3, describeClientQuotasV0, describeUserScramCredentialsV0, ...client } =
            await loadClient();
        const every = { resourceType: RESOURCES["any"], resourcePatternType: PATTERNS.any } as const;
        const everyAcl = { ...every, operation: OPERATIONS["Any"], permissionType: PERMISSIONS["Any"] };
        const { results } = await describeUserScramCredentialsV0.api.async(connection, []);
        const described = await describeAclsV3.api.async(connection, {
            ...(everyAcl as Parameters<typeof describeAclsV3.createRequest>[0]),
            resourceName: null,
            principal: null,
            host: null,
        });
        const { USER: entityType } = client.ClientQuotaEntityTypes;
        const { ANY: matchType } = client.ClientQuotaMatchTypes;
        const { entries } = await describeClientQuotasV0.api.async(connection, [{ entityType, matchType }], true);
        return {
            users: results
                .filter(({ credentialInfos }) => credentialInfos.some(({ mechanism }) => mechanism === SHA_512))
                .map(({ user }) => user)
                .sort(),
            acls: described.resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
                acls.map(({ principal, host, operation, permissionType }) => ({
                    resource: nameOf(RESOURCES, resourceType),
                    name: resourceName,
                    isPrefix: resourcePatternType === PATTERNS.prefixed,
                    principal,
                    host,
                    operation: nameOf(OPERATIONS, operation),
                    permission: nameOf(PERMISSIONS, permissionType),
                })),
            ),
            quotas: Object.fromEntries(
                entries.flatMap(({ entity: [{ entityName } = { entityName: null }], values }) =>
                    entityName === null ? [] : [[entityName, quotasOf(values)]],
                ),
            ),
        };
    });
}

const SHA_512 = 2;

function nameOf(codes: Record<string, number>, code: number): string {
    return Object.keys(codes).find((name) => codes[name] === code) ?? `unknown(${code})`;
}

function quotasOf(values: { key: string; value: number }[]): Quotas {
    const known = Object.entries(QUOTA_KEYS).map(([name, key]) => [name, values.find((one) => one.key === key)?.value]);
    return Object.fromEntries(known.filter(([, value]) => value !== undefined)) as Quotas;
}

/**
 * Makes changes: first what clients get, then what they lose. A repetition makes what is left.
 *
 * @param onDone receives the name of each part that is made.
 * @throws RefusedError when the broker refuses, any other error when none answers.
 */
export async function changeAccess(
    targets: string[],
    credentials: Credentials | undefined,
    changes: AccessChanges,
    onDone: (part: keyof AccessChanges) => void,
): Promise<void> {
    const parts: [keyof AccessChanges, (connection: Connection) => Promise<unknown>][] = [
        ["passwords", (connection) => setPasswords(connection, changes.passwords)],
        ["quotas", (connection) => setQuotas(connection, changes.quotas)],
        ["newAcls", (connection) => createAcls(connection, changes.newAcls)],
        ["oldAcls", (connection) => deleteAcls(connection, changes.oldAcls)],
        ["oldUsers", (connection) => removePasswords(connection, changes.oldUsers)],
    ];
    await withController(targets, credentials, async (connection) => {
        for (const [part, change] of parts) {
            if (Object.keys(changes[part]).length > 0) await change(connection);
            onDone(part);
        }
    });
}

async function setPasswords(connection: Connection, passwords: Record<string, string>): Promise<void> {
    const { alterUserScramCredentialsV0 } = await loadClient();
    const upsertions = Object.entries(passwords).map(async ([name, password]) => {
        const salt = randomBytes(HASH.bytes);
        const saltedPassword = await promisify(pbkdf2)(password, salt, ITERATIONS, HASH.bytes, HASH.name);
        return { name, mechanism: SHA_512, iterations: ITERATIONS, salt, saltedPassword } as const;
    });
    await alterUserScramCredentialsV0.api.async(connection, [], await Promise.all(upsertions));
}

async function removePasswords(connection: Connection, users: string[]): Promise<void> {
    const { alterUserScramCredentialsV0 } = await loadClient();
    const deletions = users.map((name) => ({ name, mechanism: SHA_512 }) as const);
    await alterUserScramCredentialsV0.api.async(connection, deletions, []);
}

async function setQuotas(connection: Connection, quotas: Record<string, Quotas>): Promise<void> {
    const { alterClientQuotasV1 } = await loadClient();
    const entries = Object.entries(quotas).map(([entityName, limits]) => ({
        entities: [{ entityType: "user" as const, entityName }],
        ops: Object.entries(QUOTA_KEYS).map(([name, key]) => {
            const value = limits[name as keyof Quotas];
            return value === undefined ? { key, remove: true as const } : { key, value, remove: false as const };
        }),
    }));
    await alterClientQuotasV1.api.async(connection, entries, false);
}

async function createAcls(connection: Connection, acls: Acl[]): Promise<void> {
    const { createAclsV3 } = await loadClient();
    await createAclsV3.api.async(connection, acls.map(codesOf));
}

async function deleteAcls(connection: Connection, acls: Acl[]): Promise<void> {
    const { deleteAclsV3 } = await loadClient();
    await deleteAclsV3.api.async(connection, acls.map(codesOf));
}

function codesOf({ resource, name, isPrefix, principal, host, operation, permission }: Acl) {
    return {
        resourceType: codeOf(RESOURCES, resource),
        resourceName: name,
        resourcePatternType: isPrefix ? PATTERNS.prefixed : PATTERNS.literal,
        principal,
        host,
        operation: codeOf(OPERATIONS, operation),
        permissionType: codeOf(PERMISSIONS, permission),
        // The client names each code by a type of its own
    } as never;
}

function codeOf(codes: Record<string, number>, name: string): number {
    const code = codes[name];
    if (code === undefined) throw new Error(`Kafka's protocol has no code for ${name}`);
    return code;
}

/**
 * Whether a user can log in with a password (SCRAM-SHA-512).
 *
 * @param target a broker's listener for users.
 * @param ca PEM: the authorities of the listener's certificate. Default: the listener has no TLS.
 * @throws when the listener does not answer.
 */
export async function canLogIn(target: string, user: string, password: string, ca?: string): Promise<boolean> {
    const { host, port } = parseAddress(target);
    const { AuthenticationError, Connection } = await loadClient();
    const connection = new Connection("connect-cdc-probe", {
        connectTimeout: LOGIN_MS,
        requestTimeout: LOGIN_MS,
        sasl: { mechanism: "SCRAM-SHA-512", username: user, password },
        ...(ca !== undefined && { tls: { ca } }),
    });
    connection.on("error", () => undefined);
    try {
        await connection.connect(host, port);
        return true;
    } catch (error) {
        if (causes(error).some((cause) => cause instanceof AuthenticationError)) return false;
        throw new Error(`broker ${target} does not answer (${messageOf(error)})`);
    } finally {
        await connection.close().catch(() => undefined);
    }
}

function causes(error: unknown): Error[] {
    return error instanceof Error ? [error, ...causes(error.cause)] : [];
}

/**
 * Asks the controller: with ZooKeeper it alone changes users. With KRaft any broker passes such requests on, and metadata name one.
 */
async function withController<T>(
    targets: string[],
    credentials: Credentials | undefined,
    ask: (connection: Connection) => Promise<T>,
): Promise<T> {
    const controller = await firstAnswer(targets, (target) => controllerSeenBy(target, credentials));
    // withBroker takes each error for a missing answer
    const answer = await withBroker(
        controller,
        (connection) =>
            ask(connection).then(
                (value) => ({ value }),
                (error: unknown) => {
                    if (isRefusal(error)) return { refusal: refusalText(error) };
                    throw error;
                },
            ),
        credentials,
    );
    if ("refusal" in answer) throw new RefusedError(`broker ${controller} refuses: ${answer.refusal}`);
    return answer.value;
}

async function controllerSeenBy(target: string, credentials: Credentials | undefined): Promise<string> {
    const { metadataV12 } = await loadClient();
    const ask = (connection: Connection) => evenIfPartial(metadataV12.api.async(connection, [], false));
    const { brokers, controllerId } = await withBroker(target, ask, credentials);
    const controller = brokers.find(({ nodeId }) => nodeId === controllerId);
    if (!controller) throw new Error(`broker ${target} knows no controller`);
    return `${controller.host}:${controller.port}`;
}

async function firstAnswer<T>(targets: string[], ask: (target: string) => Promise<T>): Promise<T> {
    let last: unknown = new Error("there are no brokers");
    for (const target of targets) {
        try {
            return await ask(target);
        } catch (error) {
            last = error;
        }
    }
    throw last;
}

/**
 * An answer with an error that a repetition would not change, unlike that of a broker which is the controller no more, or gets its
 * authorizer by a roll.
 */
function isRefusal(error: unknown): error is ResponseError {
    const { errors, response } = error as Partial<ResponseError>;
    const isPassing = ({ apiId, canRetry }: ProtocolError) => canRetry || apiId === "SECURITY_DISABLED";
    return Array.isArray(errors) && response !== undefined && !errors.every(isPassing);
}

function refusalText({ errors }: ResponseError): string {
    const texts = errors.map(({ apiId, serverErrorMessage, message }) => `${apiId}: ${serverErrorMessage ?? message}`);
    return [...new Set(texts)].join("; ");
}
