import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { secretsOfAuth } from "../../../../packages/connector/src/client/auth";
import { checkAuth } from "../../../../packages/connector/src/inputs/checkAuth";
import { checkInputs } from "../../../../packages/connector/src/inputs/checkInputs";
import { UNKNOWN } from "../../../../packages/connector/src/inputs/unknown";
import { makeCertificate, STORE_PASSWORD } from "../../../support/workers/certificates";

type Tls = Record<"cert" | "key" | "pkcs12", string>;

const folder = mkdtempSync(join(tmpdir(), "connect-cdc-auth-"));
const [mine, other] = ["mine", "other"].map((name) => {
    const { cert, key, keyStore } = makeCertificate(folder, name);
    return { cert, key, pkcs12: readFileSync(keyStore, "base64") };
}) as [Tls, Tls];
const locked = execFileSync("openssl", ["pkey", "-aes256", "-passout", "pass:hunter-22"], {
    input: mine.key,
    encoding: "utf8",
});
rmSync(folder, { recursive: true });

describe("the argument auth", () => {
    it.each<[string, unknown]>([
        ["none", undefined],
        ["a user", { basic: { username: "me", password: "pw:with:colons" } }],
        ["a client certificate", { tls: { cert: mine.cert, key: mine.key } }],
        ["an authority", { tls: { ca: mine.cert, serverName: "connect" } }],
        ["both", { basic: { username: "me", password: "pw" }, tls: { rejectUnauthorized: false } }],
        ["a token", { bearer: "token" }],
        ["headers", { headers: { "X-Api-Key": "key", "X-Team": UNKNOWN } }],
        ["a key with a passphrase", { tls: { cert: mine.cert, key: locked, passphrase: "hunter-22" } }],
        ["a PKCS12 file", { tls: { pkcs12: mine.pkcs12, passphrase: STORE_PASSWORD } }],
        ["nothing known yet", UNKNOWN],
        [
            "a part not known yet",
            { basic: { username: "me", password: UNKNOWN }, tls: { cert: UNKNOWN, key: UNKNOWN } },
        ],
    ])("may be %s", (_, auth) => {
        expect(checkAuth(auth)).toEqual([]);
    });

    it.each<[string, unknown, RegExp[]]>([
        ["empty", {}, [/^auth must be an object with one or more of basic, bearer, headers, tls$/]],
        ["a text", "me:pw", [/^auth must be an object/]],
        [
            "wrong in several places",
            { basic: { username: "a:b", passwort: "hunter-22" }, tls: { ca: "/etc/hunter-22.pem", key: mine.key } },
            [
                /^auth\.basic\.passwort is not known; use one of: username, password$/,
                /^auth\.basic\.password must be text/,
                /^auth\.basic\.username must not contain a colon/,
                /^auth\.tls\.ca must be PEM text with "-----BEGIN \.\.\. CERTIFICATE-----", not a path$/,
                /^auth\.tls must have both cert and key, or neither$/,
            ],
        ],
        [
            "a user and a token",
            { basic: { username: "me", password: "hunter-22" }, bearer: "hunter-22" },
            [/^auth must not have both basic and bearer/],
        ],
        [
            "headers that cannot be sent",
            { bearer: "", headers: { "a b": "x", Authorization: "hunter-22", c: "hunter-22\n" } },
            [
                /^auth\.bearer must be a token/,
                /^auth\.headers\["a b"\] must have the name of a header/,
                /^auth\.headers\["Authorization"\] must not be set/,
                /^auth\.headers\["c"\] must be one line of text/,
            ],
        ],
        [
            "two client certificates",
            { tls: { ...mine, pkcs12: "/etc/hunter-22.p12" } },
            [/^auth\.tls\.pkcs12 must be the content of a PKCS12 file in base64/, /either pkcs12, or cert and key$/],
        ],
        ["a PKCS12 file with another passphrase", { tls: { pkcs12: mine.pkcs12 } }, [/^auth\.tls cannot be used: /]],
        ["a key of another certificate", { tls: { cert: mine.cert, key: other.key } }, [/^auth\.tls cannot be used: /]],
    ])("must not be %s", (_, auth, expected) => {
        const reasons = checkAuth(auth).map(({ reason }) => reason);
        expect(reasons).toHaveLength(expected.length);
        expected.forEach((pattern, i) => expect(reasons[i]).toMatch(pattern));
        expect(reasons.join()).not.toContain("hunter-22");
    });

    it("lists its values that no message may contain", () => {
        const basic = { username: "me", password: "pw-22" };
        const sent = Buffer.from("me:pw-22").toString("base64");
        expect(secretsOfAuth({ basic, tls: mine })).toEqual(["pw-22", sent, mine.key, mine.pkcs12]);
        expect(secretsOfAuth({ bearer: "token", headers: { a: "b" } })).toEqual(["token", "b"]);
    });
});

it("restUrls with a user in them are refused, and not shown", () => {
    const rest = { name: "x", cluster: "c", class: "a.B" };
    const { problems } = checkInputs({ ...rest, restUrls: ["http://me:hunter-22@host:8083", "nonsense"] });
    expect(problems.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/^restUrls is \["http:\/\/\[secret\]@host:8083","nonsense"\]; it must be/),
        expect.stringMatching(/use auth\.basic instead$/),
    ]);
});
