import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create_container } from "rhea";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import type { JmsRule } from "../../components/render/artemis";
import { defaults } from "../../config/defaults";
import { jmsSink } from "../../connectors/jmsSink";
import { assertAccepting, queueStates } from "../../servers/artemis";
import { readQueue } from "../../servers/queueReader";
import { runProcess } from "../../tools/processes";
import { jmsClient, writeCredentials } from "../support/clients/printedCommands";
import { type ArtemisProcess, passwordOf, startArtemis } from "../support/workers/artemisProcess";
import { type Certificate, makeCertificate } from "../support/workers/certificates";
import { unpackedServer } from "../support/workers/serverArchive";

/*
 * A broker that takes TLS only, and its clients. Its certificate names the address, and not localhost.
 */

let folder: string;
let broker: ArtemisProcess;
let own: Certificate;
let other: Certificate;

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-artemis-tls-"));
    [own, other] = [makeCertificate(folder, "own", "IP:127.0.0.1"), makeCertificate(folder, "other", "IP:127.0.0.1")];
    const rules: Record<string, JmsRule[]> = {
        sinks: [{ address: "orders", operations: ["send"] }],
        shop: [
            { address: "ord*", operations: ["browse"] },
            { address: "news", operations: ["consume"] },
        ],
        stock: [{ address: "stock", operations: ["send", "consume"] }],
    };
    broker = await startArtemis(["orders", "stock"], { topics: ["news"], rules, certificate: own });
});

afterAll(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
});

function credentials(trusted: Certificate) {
    return { ca: trusted.cert, cert: own.cert, key: own.key };
}

function consoleLogin(url = broker.consoleUrl!) {
    return { url, user: broker.user, password: broker.password, credentials: credentials(own) };
}

/** Sends a message as a sink's client, by the URL that a stack gives to its sinks. */
async function send(host: string, trusted: string) {
    const distribution = await unpackedServer("artemis", defaults.jmsBroker.version);
    const url = `tcp://${host}:${broker.address.split(":")[1]}`;
    const sink = jmsSink({ url, rootCertFile: join(folder, `${trusted}.crt`), user: "u", password: "p" });
    const login = ["--user", "sinks", "--password", passwordOf("sinks")];
    const message = ["--destination", "queue://orders", "--message-count", "1", "--message", "by TLS"];
    return runProcess("java", [
        `-Dartemis.home=${distribution}`,
        ...["-cp", join(distribution, "lib", "artemis-boot.jar"), "org.apache.activemq.artemis.boot.Artemis"],
        ...["producer", "--url", sink["java.naming.provider.url"]!, ...login, ...message],
    ]);
}

it("takes messages from a sink's client that checks its certificate", async () => {
    const { code, stdout, stderr } = await send("127.0.0.1", "own");
    expect({ code, output: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, output: "" });
    const bodies: string[] = [];
    const login = { ...broker, credentials: credentials(own) };
    const reader = await readQueue(login, "orders", { browse: true, onMessage: ({ body }) => bodies.push(body) });
    await expect.poll(() => bodies, { timeout: 10_000 }).toEqual(["by TLS"]);
    await reader.close();
});

it("refuses a client without TLS", async () => {
    await expect(assertAccepting(broker.address)).rejects.toThrow();
});

it("is refused by a client that trusts another authority, or asks another name", async () => {
    await expect(assertAccepting(broker.address, credentials(other))).rejects.toThrow("self-signed certificate");
    expect((await send("127.0.0.1", "other")).code).not.toBe(0);
    expect((await send("localhost", "own")).code).not.toBe(0);
});

it("has its console by https, with the login", async () => {
    const names = async () => (await queueStates(consoleLogin())).map(({ name }) => name);
    // The first request makes the console load its classes
    await expect.poll(names, { timeout: 60_000 }).toEqual(expect.arrayContaining(["DLQ", "ExpiryQueue", "orders"]));
    await expect(queueStates({ ...consoleLogin(), password: "wrong" })).rejects.toThrow('refused user "operator"');
    for (const user of ["sinks", "shop"]) {
        const login = { ...consoleLogin(), user, password: passwordOf(user) };
        await expect(queueStates(login)).rejects.toThrow(`refused user "${user}" (status 403)`);
    }
});

/** The bodies that a user reads, or why it may not. */
async function read(user: string, queue: string, browse: boolean): Promise<string[] | string> {
    const bodies: string[] = [];
    const login = { address: broker.address, user, password: passwordOf(user), credentials: credentials(own) };
    try {
        const reader = await readQueue(login, queue, { browse, onMessage: ({ body }) => bodies.push(body) });
        if (queue === "orders") await expect.poll(() => bodies, { timeout: 10_000 }).toEqual(["by TLS"]);
        await reader.close();
        return bodies;
    } catch (error) {
        return (error as Error).message;
    }
}

it("lets users do what their rules allow, and nothing else", async () => {
    const refused = expect.stringMatching(/not have permission=|does not have permission/);
    expect(await read("sinks", "orders", false)).toEqual(refused);
    expect(await read("sinks", "orders", true)).toEqual(refused);
    expect(await read("shop", "orders", false)).toEqual(refused);
    expect(await read("shop", "orders", true)).toEqual(["by TLS"]);
    // A subscription
    expect(await read("shop", "news", false)).toEqual([]);
    expect(await read("sinks", "news", false)).toEqual(refused);
    expect(await read("stock", "stock", false)).toEqual([]);
    expect(await read("stock", "DLQ", true)).toEqual(refused);
    expect(await read("stock", "activemq.management", false)).toEqual(refused);
    for (const address of ["stock", "news", "activemq.management", "new"]) {
        expect(await sendAmqp("sinks", address)).toBe("sender_error");
    }
    expect(await sendAmqp("shop", "orders")).toBe("sender_error");
    expect(await sendAmqp("sinks", "orders")).toBe("accepted");
    expect(await sendAmqp("stock", "stock")).toBe("accepted");
});

/** What the broker says to a message of a user. */
function sendAmqp(user: string, address: string): Promise<string> {
    const [host, port] = broker.address.split(":");
    const tls = { transport: "tls" as const, ca: own.cert, host, port: Number(port) };
    const container = create_container();
    const connection = container.connect({ ...tls, username: user, password: passwordOf(user), reconnect: false });
    return new Promise<string>((resolve) => {
        container.once("sendable", ({ sender }) => sender!.send({ body: "by AMQP" }));
        for (const end of ["accepted", "rejected", "sender_error", "disconnected"]) {
            container.on(end, () => resolve(end));
        }
        connection.open_sender(address);
    }).finally(() => connection.close());
}

it("has no console by http, nor for a client that trusts another authority", async () => {
    await expect(queueStates(consoleLogin(broker.consoleUrl!.replace("https:", "http:")))).rejects.toThrow(
        "does not answer",
    );
    await expect(queueStates({ ...consoleLogin(), credentials: credentials(other) })).rejects.toThrow(
        "self-signed certificate",
    );
});

it("takes a client with what npm run credentials writes, with the rights of its user", async () => {
    const written = join(folder, "written credentials");
    const run = (user: string, queue: string, action: "browse" | "send", trusted = own) => {
        const users = { stock: passwordOf("stock"), shop: passwordOf("shop") };
        const jmsBroker = { ...broker, queues: ["orders", "stock"], users };
        const outputs = { tls: "require", ca: trusted.cert, jmsBroker } as unknown as StackOutputs;
        writeCredentials("jms", outputs, written, user);
        return jmsClient(written, queue, action);
    };
    const sent = await run("stock", "stock", "send");
    expect(sent).toMatchObject({ code: 0, output: expect.stringContaining("received sent") });
    const browsed = await run("shop", "orders", "browse");
    expect(browsed).toMatchObject({ code: 0, output: expect.stringContaining("browsed orders") });
    expect((await run("shop", "orders", "send")).output).toContain("does not have permission='SEND'");
    expect((await run("stock", "stock", "send", other)).output).toContain("PKIX");
});
