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
