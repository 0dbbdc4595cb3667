import { connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeTestTls } from "../../../support/tls/testCredentials";
import { Engine } from "../../../support/workers/engine";
import { FakeConnect } from "../../../support/workers/fakeConnect";

const tls = makeTestTls();
const renewed = makeTestTls();
let fake: FakeConnect;
let front: Server;
let httpsUrl: string;

beforeEach(async () => {
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    fake = new FakeConnect();
    await fake.start();
    // The worker's port with TLS, for both certificates of the client
    const ca = [tls.server.ca, renewed.server.ca] as string[];
    front = createServer({ ...tls.server, ca }, (socket) => {
        const worker = connect(Number(new URL(fake.url).port), "127.0.0.1");
        for (const end of [socket, worker]) end.on("error", () => undefined);
        socket.pipe(worker).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    httpsUrl = `https://127.0.0.1:${(front.address() as { port: number }).port}`;
});

afterEach(async () => {
    front.close();
    await fake.stop();
    vi.restoreAllMocks();
});

const args = (url: string, auth?: object) => ({
    name: "sink",
    cluster: "cluster",
    restUrls: [url],
    auth,
    class: "example.Sink",
    tasksMax: 1,
    config: { topics: "t" },
});

it("workers that get TLS, and a renewed certificate of the operator, leave the connector as it runs", async () => {
    const engine = new Engine();
    expect(await engine.up(args(fake.url))).toBe("created");
    const { ca, cert, key } = renewed.credentials;
    expect(ca).not.toBe(tls.credentials.ca);
    const writes = [...fake.writes];
    expect(await engine.up(args(httpsUrl, { tls: tls.credentials }))).toBe("updated");
    expect(await engine.up(args(httpsUrl, { tls: tls.credentials }))).toBe("unchanged");
    expect(await engine.up(args(httpsUrl, { tls: { ca: tls.credentials.ca, cert, key } }))).toBe("updated");
    expect(fake.writes).toEqual(writes);
});
