import { describe, expect, it } from "vitest";
import { type DeclaredAccess, liveRules, planAccess } from "../../../components/kafkaAccessPlan";
import { type Acl, aclsOf, type KafkaAccess } from "../../../servers/kafkaAccess";

const none: DeclaredAccess = { passwords: {}, quotas: {}, rules: {} };
const empty: KafkaAccess = { users: [], acls: [], quotas: {} };
const orders = { topic: "orders*", operations: ["Read", "Describe"] };
const declared: DeclaredAccess = {
    passwords: { app: "secret-1" },
    quotas: { app: { producerBytesPerSecond: 1000 } },
    rules: { app: [orders], connect: [{ group: "workers", operations: ["Read"] }] },
};
const live: KafkaAccess = {
    users: ["app"],
    acls: Object.entries(declared.rules).flatMap(([name, rules]) => rules.flatMap((rule) => aclsOf(name, rule))),
    quotas: declared.quotas,
};
const byHand = (name: string, change: Partial<Acl> = {}): Acl => ({
    ...aclsOf(name, { topic: "secret", operations: ["Read"] })[0]!,
    ...change,
});

describe("a plan", () => {
    it("makes what is missing, and shows no password", () => {
        const { changes, lines, notes } = planAccess(empty, declared, none);
        expect(lines).toEqual([
            "+ user app",
            "+ User:app: Read topic orders*",
            "+ User:app: Describe topic orders*",
            "+ User:connect: Read group workers",
            "~ quotas of user app: producerBytesPerSecond 1000",
        ]);
        expect(notes).toEqual([]);
        expect(changes).toMatchObject({ passwords: { app: "secret-1" }, oldAcls: [], oldUsers: [] });
    });

    it("is empty when all is there", () => {
        expect(planAccess(live, declared, declared)).toEqual({
            changes: { passwords: {}, quotas: {}, newAcls: [], oldAcls: [], oldUsers: [] },
            lines: [],
            notes: [],
        });
    });

    it("sets a password that changed, or that is not known to be set", () => {
        const before = { ...declared, passwords: { app: "secret-0" } };
        expect(planAccess(live, declared, before).lines).toEqual(["~ user app: another password"]);
        expect(planAccess(live, declared, none).changes.passwords).toEqual({ app: "secret-1" });
    });

    it("removes users that are declared no more, with their rules and quotas", () => {
        const { lines, changes } = planAccess(
            live,
            { ...none, rules: { connect: declared.rules["connect"]! } },
            declared,
        );
        expect(lines).toEqual([
            "~ quotas of user app: none",
            "- User:app: Read topic orders*",
            "- User:app: Describe topic orders*",
            "- user app",
        ]);
        expect(changes.quotas).toEqual({ app: {} });
    });

    it("removes what others gave to declared principals, and leaves the rest", () => {
        const denied = byHand("app", { permission: "Deny", host: "10.0.0.1" });
        const seen = {
            users: ["app", "connect", "theirs"],
            acls: [...live.acls, byHand("connect"), denied, byHand("theirs")],
            quotas: { ...live.quotas, theirs: { requestPercentage: 1 } },
        };
        const { lines, notes } = planAccess(seen, declared, declared);
        expect(lines).toEqual([
            "- User:connect: Read topic secret",
            "- User:app: Deny Read topic secret from 10.0.0.1",
            "- user connect",
        ]);
        expect(notes).toEqual([
            "Kafka has users that are not declared, and stay: theirs",
            "Kafka has rules of principals that are not declared, and stay: theirs",
        ]);
    });

    it("replaces quotas as a whole", () => {
        const quotas = { app: { producerBytesPerSecond: 5, consumerBytesPerSecond: 7 } };
        const { changes } = planAccess({ ...live, quotas }, declared, declared);
        expect(changes.quotas).toEqual(declared.quotas);
    });
});

describe("rules of a cluster", () => {
    it("are as declared while they are there", () => {
        expect(liveRules(live.acls, declared.rules)).toEqual(declared.rules);
    });

    it("have only the operations that are left, and those that others added", () => {
        const acls = [...live.acls.filter(({ operation }) => operation !== "Describe"), byHand("connect")];
        expect(liveRules(acls, declared.rules)).toEqual({
            app: [{ topic: "orders*", operations: ["Read"] }],
            connect: [
                { group: "workers", operations: ["Read"] },
                { topic: "secret", operations: ["Read"] },
            ],
        });
    });
});
