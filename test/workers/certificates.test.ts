import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeAuthority, makeCertificate } from "../../components/certificates/x509";
import { CHECKOUT } from "../../tools/project";
import { ConnectorProgram } from "../support/workers/connectorProgram";

const PROGRAM = `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { secret } from "@pulumi/pulumi";
import { StackTls } from "./components/certificates/stackTls";

const authorities = JSON.parse(readFileSync(join(__dirname, "authorities.json"), "utf8"));
const given = authorities.map(({ key, ...more }) => ({ ...more, ...(key && { key: secret(key) }) }));
const tls = new StackTls("tls", { mode: "require", authorities: given, certificateDays: 90, clients: [] });
export const operator = tls.operator;
export const ca = tls.ca;
`;

interface Exported {
    deployment: { resources: { urn: string; outputs?: Record<string, unknown> }[] };
}

let program: ConnectorProgram;

beforeAll(async () => {
    program = await ConnectorProgram.create(PROGRAM);
    symlinkSync(join(CHECKOUT, "components"), join(program.folder, "components"));
});

afterAll(() => program?.remove());

const declare = (authorities: object[]) => program.write("authorities.json", JSON.stringify(authorities));
const preview = (...flags: string[]) => program.run("preview", "--stack", "test", ...flags);
const stateText = () => readFileSync(join(program.folder, "state/.pulumi/stacks/connectors/test.json"), "utf8");

/** Nine runs of the CLI. */
const MANY_RUNS = { timeout: 6 * 60_000 };

it(
    "the CLI makes certificates, keeps them, renews them, and has no key in plain text in its state",
    MANY_RUNS,
    async () => {
        declare([{ name: "stack" }]);
        const created = await program.up();
        expect(created.output).toContain("operator-certificate");
        expect(stateText()).toContain("BEGIN CERTIFICATE");
        expect(created.output + stateText()).not.toContain("PRIVATE KEY");
        expect((await preview("--expect-no-changes")).code).toBe(0);

        // A certificate of 80 days ago stands in the state
        const file = join(program.folder, "exported.json");
        await program.run("stack", "export", "--stack", "test", "--file", file);
        const state = JSON.parse(readFileSync(file, "utf8")) as Exported;
        const { outputs } = state.deployment.resources.find(({ urn }) => urn.endsWith("::operator-certificate"))!;
        const then = Date.now() - 80 * 86_400_000;
        const old = { commonName: "operator", addresses: ["operator"], days: 90 };
        outputs!["cert"] = makeCertificate(old, makeAuthority("old", 3650, then), then).cert;
        writeFileSync(file, JSON.stringify(state));
        await program.run("stack", "import", "--stack", "test", "--file", file);
        const renewal = await preview("--diff");
        expect(renewal.output).toMatch(/~ pulumi-nodejs:dynamic\/cdc:Certificate: \(update\)/);
        await program.up();
        expect((await preview("--expect-no-changes")).code).toBe(0);
        expect(stateText()).not.toContain("PRIVATE KEY");

        // An authority of the user, with the key of another one
        const [own, other] = [makeAuthority("own", 9), makeAuthority("other", 9)];
        declare([{ name: "stack" }, { name: "own", cert: own.cert, key: other.key }]);
        const wrong = await preview();
        expect(wrong.code).not.toBe(0);
        expect(wrong.output).toContain("security.authorities.1.key: is not the private key");
        expect(wrong.output).not.toContain("PRIVATE KEY");
        declare([{ name: "stack" }, { name: "own", cert: own.cert, key: own.key }]);
        await program.up();
        expect(stateText()).not.toContain("PRIVATE KEY");
    },
);
