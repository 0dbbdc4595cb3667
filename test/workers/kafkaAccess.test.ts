import { Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as provider from "../../components/kafkaAccessProvider";
import {
    type AccessChanges,
    aclsOf,
    type AllowedOperations,
    canLogIn,
    changeAccess,
    readAccess,
} from "../../servers/kafkaAccess";
import { type BrokerProcess, startBroker } from "../support/workers/brokerProcess";
import { Engine } from "../support/workers/engine";
import { type SecureKafka, startSecureKafka } from "../support/workers/secureKafka";

const NONE: AccessChanges = { passwords: {}, quotas: {}, newAcls: [], oldAcls: [], oldUsers: [] };
const OWN: AllowedOperations[] = [{ topic: "orders*", operations: ["Create", "Write", "Read"] }];

let kafka: SecureKafka;
/** A broker without an authorizer. */
let plainKafka: BrokerProcess;
let access: Engine;
const lines: string[] = [];

beforeAll(async () => {
    [kafka, plainKafka] = await Promise.all([startSecureKafka(2), startBroker()]);
});

afterAll(async () => {
    await Promise.all([kafka?.stop(), plainKafka?.stop()]);
});

beforeEach(async () => {
    lines.length = 0;
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    await access?.destroy();
    access = new Engine(provider, {});
    lines.length = 0;
});

/** Declares users with one password for all, their rules and quotas. */
async function up(rules: Record<string, AllowedOperations[]>, passwords: Record<string, string>, quotas = {}) {
    lines.length = 0;
    const { targets, credentials, loginTargets } = kafka;
    const step = await access.up({ targets, credentials, loginTargets, rules, passwords, quotas });
    return { step, lines: [...lines] };
}

const live = () => readAccess(kafka.targets, kafka.credentials);
const change = (changes: Partial<AccessChanges>) =>
    changeAccess(kafka.targets, kafka.credentials, { ...NONE, ...changes }, () => undefined);
/** A broker learns of another password by a notification of ZooKeeper, some milliseconds after the answer to who set it. */
const expectLogins = (attempts: [user: string, password: string, isRight: boolean][]) =>
    vi.waitFor(async () => {
        const [target, { ca }] = [kafka.loginTargets[0]!, kafka.credentials];
        const seen = attempts.map(async ([user, password]) => [
            user,
            password,
            await canLogIn(target, user, password, ca),
        ]);
        expect(await Promise.all(seen)).toEqual(attempts);
    }, 30_000);

function clientOf(username: string, password: string) {
    return {
        clientId: "connect-cdc-test",
        bootstrapBrokers: kafka.loginTargets,
        sasl: { mechanism: "SCRAM-SHA-512" as const, username, password },
        tls: { ca: kafka.credentials.ca },
        retries: 5,
        retryDelay: 300,
    };
}

/** Writes a record as a user, and makes the topic. */
async function write(user: string, password: string, topic: string): Promise<void> {
    const producer = new Producer({ ...clientOf(user, password), autocreateTopics: true });
    try {
        await producer.send({ messages: [{ topic, value: Buffer.from("x") }] });
    } finally {
        await producer.close();
    }
}

describe("users", () => {
    it("come with their rules, in one step, and a second up does nothing", async () => {
        const first = await up({ app: OWN }, { app: "first" });
        expect(first.lines).toEqual([
            "access to Kafka:\n    + user app\n    + User:app: Create topic orders*\n    + User:app: Write topic orders*\n" +
                "    + User:app: Read topic orders*",
        ]);
        await write("app", "first", "orders-a");
        expect(await up({ app: OWN }, { app: "first" })).toEqual({ step: "unchanged", lines: [] });
    });

    it("may do nothing without a rule", async () => {
        await up({ app: OWN, other: [] }, { app: "first", other: "second" });
        await expect(write("app", "first", "secret")).rejects.toThrow();
        await write("app", "first", "orders-b");
        await expect(write("other", "second", "orders-b")).rejects.toThrow();
    });

    it("are refused with a wrong password, and with the one before", async () => {
        await up({ app: OWN }, { app: "first" });
        await expectLogins([
            ["app", "first", true],
            ["app", "wrong", false],
            ["nobody", "first", false],
        ]);
        const rotated = await up({ app: OWN }, { app: "second" });
        expect(rotated).toEqual({ step: "updated", lines: ["access to Kafka:\n    ~ user app: another password"] });
        await expectLogins([
            ["app", "first", false],
            ["app", "second", true],
        ]);
    });

    it("go with their rules and quotas, and those of others stay", async () => {
        const theirs = aclsOf("theirs", { topic: "t", operations: ["Read"] });
        await change({ passwords: { theirs: "x" }, newAcls: theirs });
        await up({ app: OWN, other: [] }, { app: "first", other: "x" }, { app: { requestPercentage: 50 } });
        const gone = await up({ other: [] }, { other: "x" });
        expect(gone.lines[0]).toMatch(/^access to Kafka:\n {4}~ quotas of user app: none\n(.*\n){3} {4}- user app$/);
        expect(gone.lines.slice(1)).toEqual([
            "note: Kafka has users that are not declared, and stay: theirs",
            "note: Kafka has rules of principals that are not declared, and stay: theirs",
        ]);
        expect(await live()).toEqual({ users: ["other", "theirs"], acls: theirs, quotas: {} });
        await change({ oldUsers: ["theirs"], oldAcls: theirs });
    });

    it("have quotas, which are changed as a whole", async () => {
        await up({ app: OWN }, { app: "first" }, { app: { producerBytesPerSecond: 1000, requestPercentage: 12.5 } });
        expect((await live()).quotas).toEqual({ app: { producerBytesPerSecond: 1000, requestPercentage: 12.5 } });
        await up({ app: OWN }, { app: "first" }, { app: { consumerBytesPerSecond: 5 } });
        expect((await live()).quotas).toEqual({ app: { consumerBytesPerSecond: 5 } });
    });
});

describe("what others changed", () => {
    beforeEach(async () => {
        await up({ app: OWN }, { app: "first" }, { app: { producerBytesPerSecond: 1000 } });
    });

    const again = () => up({ app: OWN }, { app: "first" }, { app: { producerBytesPerSecond: 1000 } });

    it("is seen by a refresh, and mended", async () => {
        const [created, ...rest] = aclsOf("app", OWN[0]!);
        await change({ oldAcls: [created!], newAcls: aclsOf("app", { topic: "secret", operations: ["Read"] }) });
        await change({ quotas: { app: {} } });
        await access.refresh();
        expect(access.outputs).toMatchObject({
            rules: {
                app: [
                    { ...OWN[0], operations: ["Write", "Read"] },
                    { topic: "secret", operations: ["Read"] },
                ],
            },
            quotas: {},
        });
        expect((await again()).step).toBe("updated");
        expect((await live()).acls.map(({ operation }) => operation).sort()).toEqual(
            [created!, ...rest].map(({ operation }) => operation).sort(),
        );
        expect((await live()).quotas).toEqual({ app: { producerBytesPerSecond: 1000 } });
    });

    it("is seen without a refresh, too", async () => {
        await change({ oldAcls: aclsOf("app", OWN[0]!).slice(0, 1) });
        expect(await again()).toEqual({
            step: "updated",
            lines: ["access to Kafka:\n    + User:app: Create topic orders*"],
        });
    });

    it("is seen of passwords by an attempt to log in", async () => {
        await change({ passwords: { app: "theirs" } });
        await expectLogins([["app", "theirs", true]]);
        await access.refresh();
        expect(access.outputs).toMatchObject({ passwords: {} });
        expect((await again()).lines).toEqual(["access to Kafka:\n    ~ user app: another password"]);
        await expectLogins([
            ["app", "first", true],
            ["app", "theirs", false],
        ]);
    });

    it("is a user that is gone", async () => {
        await change({ oldUsers: ["app"] });
        expect((await again()).lines).toEqual(["access to Kafka:\n    + user app"]);
        await expectLogins([["app", "first", true]]);
    });

    it("is a user with the name of a member", async () => {
        await change({ passwords: { connect: "theirs" } });
        const rules = { app: OWN, connect: [{ group: "g", operations: ["Read"] }] };
        const { lines: seen } = await up(rules, { app: "first" }, { app: { producerBytesPerSecond: 1000 } });
        expect(seen).toEqual(["access to Kafka:\n    + User:connect: Read group g\n    - user connect"]);
        expect((await live()).users).toEqual(["app"]);
    });
});

describe("a failure", () => {
    it("of the brokers leaves nothing half done, and names the reason", async () => {
        const refused = await provider.check(undefined, {
            targets: kafka.targets,
            credentials: kafka.credentialsOf("connect"),
            passwords: {},
            quotas: {},
            rules: {},
        });
        expect(refused.failures).toEqual([{ property: "", reason: expect.stringContaining("AUTHORIZATION_FAILED") }]);
    });

    it("is none while brokers have no authorizer yet: the roll that brings it comes before the rules", async () => {
        const { bootstrapServers } = plainKafka;
        await vi.waitFor(() => expect(readAccess([bootstrapServers])).rejects.toThrow(/does not answer.*disabled/), {
            timeout: 60_000,
        });
        const inputs = { targets: [bootstrapServers], passwords: {}, quotas: {}, rules: { app: OWN } };
        expect(await provider.check(undefined, inputs)).toEqual({ inputs, failures: [] });
    });

    it("half way keeps in the state what was made, and the next up goes on", async () => {
        // Kafka refuses the empty name of a topic, after the password was set
        const bad = [...OWN, { topic: "", operations: ["Read"] }];
        await expect(up({ app: bad }, { app: "first" })).rejects.toThrow();
        await expectLogins([["app", "first", true]]);
        expect(access.outputs).toMatchObject({ passwords: { app: "first" }, rules: { app: bad } });
        await up({ app: OWN }, { app: "first" });
        expect((await live()).acls).toHaveLength(3);
        await up({}, {});
        expect(await live()).toMatchObject({ users: [], acls: [] });
    });
});

it("a removed resource leaves nothing", async () => {
    await up({ app: OWN }, { app: "first" }, { app: { producerBytesPerSecond: 1000 } });
    await access.destroy();
    expect(await live()).toEqual({ users: [], acls: [], quotas: {} });
});
