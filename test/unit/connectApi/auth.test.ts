import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { authFaults, secretsOfAuth } from "../../../packages/connector/src/client/auth";
import { checkInputs, UNKNOWN } from "../../../packages/connector/src/connectorInputs";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "connect-cdc-auth-"));
const [mine, other] = ["mine", "other"].map((name) => {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
    const subject = [
        "-subj",
        `/CN=${name}`,
        "-days",
        "1",
        "-nodes",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ];
    execFileSync("openssl", ["req", "-x509", ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}) as [{ cert: string; key: string }, { cert: string; key: string }];
rmSync(folder, { recursive: true });

describe("the argument auth", () => {
    it.each<[string, unknown]>([
        ["none", undefined],
        ["a user", { basic: { username: "me", password: "pw:with:colons" } }],
        ["a client certificate", { tls: mine }],
        ["an authority", { tls: { ca: mine.cert, serverName: "connect" } }],
        ["both", { basic: { username: "me", password: "pw" }, tls: { rejectUnauthorized: false } }],
        ["nothing known yet", UNKNOWN],
        [
            "a part not known yet",
            { basic: { username: "me", password: UNKNOWN }, tls: { cert: UNKNOWN, key: UNKNOWN } },
        ],
    ])("may be %s", (_, auth) => {
        expect(authFaults(auth)).toEqual([]);
    });

    it.each<[string, unknown, RegExp[]]>([
        ["empty", {}, [/^auth must be an object with basic, tls or both/]],
        ["a text", "me:pw", [/^auth must be an object/]],
        [
            "wrong in several places",
            { basic: { username: "a:b", passwort: "hunter-22" }, tls: { ca: "/etc/hunter-22.pem", key: mine.key } },
            [
                /^auth\.basic\.passwort is not known; there are: username, password$/,
                /^auth\.basic\.password must be a text/,
                /^auth\.basic\.username must not hold a colon/,
                /^auth\.tls\.ca must be PEM text with "-----BEGIN \.\.\. CERTIFICATE-----", not a path$/,
                /^auth\.tls must have both cert and key, or neither$/,
            ],
        ],
        ["a key of another certificate", { tls: { cert: mine.cert, key: other.key } }, [/^auth\.tls cannot be used: /]],
    ])("must not be %s", (_, auth, expected) => {
        const reasons = authFaults(auth).map(({ reason }) => reason);
        expect(reasons).toHaveLength(expected.length);
        expected.forEach((pattern, i) => expect(reasons[i]).toMatch(pattern));
        expect(reasons.join()).not.toContain("hunter-22");
    });

    it("says what of it no message may hold", () => {
        const basic = { username: "me", password: "pw-22" };
        const sent = Buffer.from("me:pw-22").toString("base64");
        expect(secretsOfAuth({ basic, tls: mine })).toEqual(["pw-22", sent, mine.key]);
    });
});

it("restUrls with a user in them are refused, and not shown", () => {
    const rest = { name: "x", cluster: "c", class: "a.B" };
    const { faults } = checkInputs({ ...rest, restUrls: ["http://me:hunter-22@host:8083", "nonsense"] });
    expect(faults.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/^restUrls is \["http:\/\/\[secret\]@host:8083","nonsense"\]; it must be/),
        expect.stringMatching(/put them into auth\.basic$/),
    ]);
});
