import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SshAgent } from "@connect-cdc/docker-engine";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** An `ssh` behind which a server answers once with its process id, and then closes the connection. */
const ssh = `#!${process.execPath}
process.stdin.once("data", () => {
    const body = String(process.pid);
    process.stdout.write("HTTP/1.1 200 OK\\r\\nContent-Length: " + body.length + "\\r\\n\\r\\n" + body, () => process.exit());
});
`;

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-ssh-"));
    writeFileSync(join(folder, "ssh"), ssh);
    chmodSync(join(folder, "ssh"), 0o755);
    vi.stubEnv("PATH", folder);
});

afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
});

it("makes a new connection when the engine has closed the one that was kept", async () => {
    const agent = new SshAgent(new URL("ssh://engine"), { keepAlive: true });
    const ask = async () => {
        const [response] = (await once(get({ host: "docker", path: "/_ping", agent }), "response")) as [
            IncomingMessage,
        ];
        return (await response.setEncoding("utf8").toArray()).join("");
    };
    const first = await ask();
    await expect.poll(() => [agent.sockets, agent.freeSockets], { timeout: 20_000 }).toEqual([{}, {}]);
    expect(await ask()).not.toBe(first);
    agent.destroy();
});
