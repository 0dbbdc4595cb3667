import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../config/errors";
import { parseConfig } from "../../../config/load";
import { problemLine } from "../../../config/problem";
import { connectPasswordSecrets } from "../../../connectors/connectUsers";

/** Problems of users of the workers' REST API, one line each. */
function problems(users: object, tls = "require"): string[] {
    try {
        return parseConfig({ security: { tls }, connect: { users } }).warnings.map(problemLine);
    } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.problems.map(problemLine);
    }
}

describe("users of Connect", () => {
    it("need links with TLS, names of their own, and secrets that exist", () => {
        for (const tls of ["prefer", "require"]) expect(problems({ admin: {} }, tls)).toEqual([]);
        for (const tls of ["off", "offer"]) {
            const line = `connect.users.admin = "admin": is a user whose password would be sent in plain text: security.tls is ${tls}`;
            expect(problems({ admin: {} }, tls)).toEqual([expect.stringContaining(line)]);
        }
        expect(problems({ operator: {} })).toEqual([expect.stringContaining("name of the stack's operator")]);
        expect(problems({ "a:b": {} })).toEqual([expect.stringContaining("must be of letters, digits")]);
        expect(problems({ admin: { password: { secret: "none" } } })).toEqual([
            expect.stringMatching(/^connect\.users\.admin\.password = \[hidden\]: .*does not exist \(none\)/),
        ]);
    });

    it("have given passwords or generated ones, and so has the operator", () => {
        const users = { admin: { password: { secret: "given" } }, other: {} };
        const config = parseConfig({ security: { tls: "require" }, secrets: { given: "x" }, connect: { users } });
        expect(connectPasswordSecrets(config)).toEqual({
            operator: "connect-operator",
            admin: "given",
            other: "connect-user-other",
        });
    });
});
