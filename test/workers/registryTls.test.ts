import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterReady } from "../../servers/health";
import { subjects } from "../../servers/registry";
import { runProcess } from "../../tools/processes";
import { Authority, type SignedFiles } from "../support/workers/authority";
import { type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

const folder = mkdtempSync(join(tmpdir(), "connect-cdc-registry-tls-"));
const authority = new Authority(join(folder, "authority"));
const member = authority.issue("registry");
const operator = credentialsOf(authority.issue("operator"));
const foreign = {
    ...credentialsOf(new Authority(join(folder, "other")).issue("operator")),
    ca: operator.ca,
};
let registry: RegistryProcess;

function credentialsOf({ ca, cert, key }: SignedFiles) {
    return { ca: readFileSync(ca, "utf8"), cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

async function health(port: number | string) {
    const files = join(folder, "member");
    mkdirSync(files, { recursive: true });
    for (const kind of ["ca", "cert", "key"] as const) copyFileSync(member[kind], join(files, `${kind}.pem`));
    const { code, stderr } = await runProcess("bash", ["images/registry/health-registry", String(port), files]);
    return { code, stderr };
}

beforeAll(async () => {
    registry = await startRegistry("BACKWARD", { mode: "require", store: member.store, credentials: operator });
}, 120_000);

afterAll(async () => {
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
});

describe("with require, the registry", () => {
    const host = () => new URL(registry.url).host;

    it("serves who has a certificate of the authority, and the health check", async () => {
        const ready = { kind: "registry" as const, targets: [host()], expected: 1, credentials: operator };
        expect(await clusterReady(ready)).toMatchObject({ done: true });
        expect(await subjects(host(), operator)).toEqual([]);
        expect(await health(new URL(registry.url).port)).toMatchObject({ code: 0 });
    });

    it("refuses whoever has none, or another one", async () => {
        await expect(subjects(host(), foreign)).rejects.toThrow();
        const httpsAgent = new Agent({ ca: operator.ca });
        await expect(axios.get(`${registry.url}/subjects`, { httpsAgent })).rejects.toThrow();
    });

    it("lets a member that is no writer ask, but change nothing", async () => {
        const agents = Object.fromEntries(
            ["postgres", "connect"].map((role) => [role, new Agent(credentialsOf(authority.issue(role)))]),
        );
        const ask = async (role: string, method: string, path: string, data?: object) => {
            const httpsAgent = agents[role];
            const url = path.startsWith("/apis") ? `https://${host()}${path}` : `${registry.url}${path}`;
            return (await axios.request({ url, method, data, httpsAgent, validateStatus: () => true })).status;
        };
        const schema = { schema: '"string"' };
        expect(await ask("postgres", "POST", "/subjects/a/versions", schema)).toBe(403);
        expect(await ask("connect", "POST", "/subjects/a/versions", schema)).toBe(200);
        for (const [method, path, data] of [
            ["GET", "/subjects/a/versions/1"],
            ["POST", "/subjects/a", schema],
            ["POST", "/compatibility/subjects/a/versions/latest", schema],
        ] as const) {
            expect(await ask("postgres", method, path, data), path).toBe(200);
        }
        for (const [method, path, data] of [
            ["POST", "/subjects/a/versions", schema],
            ["POST", "/subjects/b/../a/versions", schema],
            ["POST", "/subjects/a/versions;x", schema],
            ["PUT", "/config/a", { compatibility: "NONE" }],
            ["DELETE", "/subjects/a"],
            ["POST", "/apis/registry/v3/groups/default/artifacts", {}],
            ["POST", "/apis/registry/v2/groups/default/artifacts", {}],
            ["POST", "/apis/registry/v3/admin/import", {}],
        ] as const) {
            expect(await ask("postgres", method, path, data), path).toBe(403);
        }
        expect(await subjects(host(), operator)).toEqual(["a"]);
        expect(await ask("connect", "DELETE", "/subjects/a")).toBe(200);
    });

    it("takes no plain links", async () => {
        await expect(subjects(host())).rejects.toThrow();
        await expect(subjects(`127.0.0.1:${registry.plainPort}`)).rejects.toThrow("ECONNREFUSED");
    });
});

it("is not healthy if it serves clients without a certificate", async () => {
    const { cert, key } = credentialsOf(member);
    const server = createServer({ cert, key }, (_, response) => response.end("{}")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
        const { port } = server.address() as AddressInfo;
        const { code, stderr } = await health(port);
        expect(code).toBe(1);
        expect(stderr).toContain("serves clients without a certificate");
    } finally {
        server.close();
    }
});
