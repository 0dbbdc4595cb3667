import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../config/errors";
import { parseConfig } from "../../../config/load";
import { problemLine } from "../../../config/problem";
import { declaredJmsAccess } from "../../../connectors/jmsAccess";

const secrets = { app: "hidden" };
const allow = [{ address: "Customers*", operations: ["consume"] }];

/** Problems of the section, one line each. */
function problems(jmsBroker: object): string[] {
    try {
        return parseConfig({ secrets: { ...secrets, "jms-password": "x" }, jmsBroker }).warnings.map(problemLine);
    } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.problems.map(problemLine);
    }
}

describe("users of the JMS broker", () => {
    it("have known names, addresses, operations and secrets", () => {
        const user = { allow, password: { secret: "app" } };
        expect(problems({ users: { app: user, "a.b_c-d": { allow: [] } } })).toEqual([]);
        expect(problems({ users: { operator: user, cdc: user } })).toEqual([
            expect.stringMatching(/^jmsBroker\.users\.operator = "operator": is the name of the operator/),
            expect.stringMatching(/^jmsBroker\.users\.cdc = "cdc": .*that of jmsBroker\.user/),
        ]);
        expect(problems({ user: "operator" })).toEqual([expect.stringContaining("name of the stack's operator")]);
        expect(problems({ user: "a b" })).toEqual([expect.stringContaining("must be of letters, digits, . _ and -")]);
        expect(problems({ users: { "a/b": user } })).toEqual([expect.stringContaining("must be of letters")]);
        const unknown = [
            { address: "CustomersJSN", operations: ["send"] },
            { address: "x*", operations: ["send"] },
            { address: "DLQ", operations: ["send"] },
        ];
        expect(problems({ users: { app: { allow: unknown } } })).toEqual([
            expect.stringMatching(/allow\.0\.address = "CustomersJSN": is neither in .*did you mean CustomersJSON\?/),
            expect.stringMatching(/allow\.1\.address = "x\*"/),
        ]);
        expect(problems({ users: { app: { allow: [{ address: "DLQ", operations: ["read"] }] } } })).toEqual([
            expect.stringContaining("must be send, consume, browse"),
        ]);
        expect(problems({ users: { app: { allow, password: { secret: "ap" } } } })).toEqual([
            expect.stringMatching(/^jmsBroker\.users\.app\.password = \[hidden\]: .*does not exist \(ap\)/),
        ]);
    });

    it("are those of the stack's own broker", () => {
        expect(problems({ managed: false, url: "tcp://b:1", users: { app: { allow } } })).toEqual([
            expect.stringMatching(/^jmsBroker\.users\.app = .*would not be used: jmsBroker\.managed is false/),
        ]);
    });

    const connectors = { "json-jms-sink": { config: { "exactly.once.state.queue": "States" } } };
    const queues = ["CustomersJSON", "CustomersXML", "States"];

    it("leave sending to the sinks' user, and the states of exactly once", () => {
        const users = { app: { allow, password: { secret: "app" } }, other: { allow: [] } };
        const jmsBroker = { queues, topics: ["News"], users };
        const { passwordSecrets, rules } = declaredJmsAccess(parseConfig({ secrets, connectors, jmsBroker }));
        expect(passwordSecrets).toEqual({
            operator: "jms-operator",
            cdc: "jms-password",
            app: "app",
            other: "jms-user-other",
        });
        expect(rules).toEqual({
            cdc: [
                ...[...queues, "News"].map((address) => ({ address, operations: ["send"] })),
                { address: "States", operations: ["consume"] },
            ],
            app: allow,
            other: [],
        });
    });

    it("are not needed to read the queues", () => {
        const { rules } = declaredJmsAccess(parseConfig({}));
        expect(rules).toEqual({
            cdc: ["CustomersJSON", "CustomersXML"].map((address) => ({
                address,
                operations: ["send", "consume", "browse"],
            })),
        });
    });
});
