import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../config/errors";
import { parseConfig } from "../../../config/load";
import { problemLine } from "../../../config/problem";

const allow = [{ topic: "orders*", operations: ["Read"] }];
const tls = { security: { tls: "require" } };

/** Problems of users, one line each. */
function problems(users: object, raw: Record<string, any> = tls): string[] {
    try {
        return parseConfig({ ...raw, kafka: { users } }).warnings.map(problemLine);
    } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.problems.map(problemLine);
    }
}

describe("users of Kafka", () => {
    it("have rules, a password or a generated one, and quotas", () => {
        const users = {
            "app.a": { allow, password: { secret: "app" }, quotas: { producerBytesPerSecond: 1000 } },
            b: {
                allow: [
                    { group: "b", operations: ["Read"] },
                    { transactionalId: "b-*", operations: ["Write"] },
                    { cluster: "kafka-cluster", operations: ["Describe"] },
                ],
                quotas: { requestPercentage: 12.5 },
            },
        };
        const { kafka } = parseConfig({ ...tls, secrets: { app: "hidden" }, kafka: { users } });
        expect(kafka.users).toEqual(users);
    });

    it("need a port that takes them", () => {
        expect(problems({ app: { allow } }, {})).toEqual([
            expect.stringMatching(/^kafka\.users\.app = .*security\.tls is off; set security\.tls/),
        ]);
    });

    it("do not have the names of the stack's own principals", () => {
        const own = ["zookeeper", "kafka", "connect", "registry", "postgres", "artemis", "operator", "ANONYMOUS"];
        for (const name of own) {
            expect(problems({ [name]: { allow } })).toEqual([expect.stringContaining("stack's own principals")]);
        }
        expect(problems({ "a b": { allow } })).toEqual([expect.stringContaining("must be of letters, digits")]);
    });

    it("have operations that their resources know", () => {
        const rules = [
            { topic: "a", operations: ["Read", "read"] },
            { group: "g", operations: ["Write"] },
            { cluster: "kafka-cluster", operations: ["Creat"] },
        ];
        expect(problems({ app: { allow: rules } })).toEqual([
            expect.stringMatching(/app\.allow\.0\.operations\.1 = "read": is not an operation on a topic.*mean Read\?/),
            expect.stringMatching(/app\.allow\.1\.operations\.0 = "Write": is not an operation on a group/),
            expect.stringMatching(/app\.allow\.2\.operations\.0 = "Creat": .*mean Create\?/),
        ]);
    });

    it("have one resource in each rule", () => {
        for (const rule of [{ operations: ["Read"] }, { topic: "a", group: "g", operations: ["Read"] }]) {
            expect(problems({ app: { allow: [rule] } })).toEqual([expect.stringContaining("must have exactly one of")]);
        }
        expect(problems({ app: { allow: [{ cluster: "mine", operations: ["Describe"] }] } })).toEqual([
            expect.stringContaining("must be kafka-cluster"),
        ]);
    });

    it("have secrets that exist", () => {
        expect(problems({ app: { allow, password: { secret: "missing" } } })).toEqual([
            expect.stringMatching(/kafka\.users\.app\.password = \[hidden\]: names a secret that does not exist/),
        ]);
    });
});

describe("connect.allow", () => {
    const connectors = { files: { class: "a.FileSource", tasksMax: 1, state: "running", config: {} } };

    it("has rules of the same form", () => {
        const connect = { allow: [{ topic: "a", operations: ["Reed"] }] };
        expect(problems({}, { ...tls, connect })).toEqual([
            expect.stringMatching(/^connect\.allow\.0\.operations\.0 = "Reed"/),
        ]);
    });

    it("is asked for where the topics of a source are not known", () => {
        expect(problems({}, { connectors })).toEqual([]);
        expect(problems({}, { ...tls, connectors })).toEqual([
            expect.stringMatching(
                /^connectors\.files\.class = "a\.FileSource": is a source whose topics are not known/,
            ),
        ]);
        const connect = { allow: [{ topic: "files", operations: ["Create", "Write"] }] };
        expect(problems({}, { ...tls, connectors, connect })).toEqual([]);
    });
});
