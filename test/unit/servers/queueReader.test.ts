import type { Server, Socket } from "node:net";
import { type Container, create_container, type EventContext } from "rhea";
import { afterEach, describe, expect, it } from "vitest";
import { type QueueMessage, readQueue } from "../../../servers/queueReader";

let broker: Server | undefined;

afterEach(async () => {
    await new Promise((resolve) => (broker ? broker.close(resolve) : resolve(undefined)));
    broker = undefined;
});

/** A broker with one queue, "orders"; `onReader` is called for each that reads it. */
async function startBroker(onReader: (context: EventContext) => void): Promise<string> {
    const container: Container = create_container();
    container.sasl_server_mechanisms.enable_plain(
        (user: string, password: string) => user === "cdc" && password === "pw",
    );
    container.on("sender_open", (context: EventContext) => {
        const { sender } = context;
        if (sender?.source.address === "orders") {
            sender.set_source(sender.source);
            onReader(context);
        } else {
            sender?.close({ condition: "amqp:not-found", description: "no such queue" });
        }
    });
    container.on("disconnected", () => undefined);
    broker = container.listen({ port: 0, host: "127.0.0.1" });
    await new Promise((resolve) => broker?.once("listening", resolve));
    return `127.0.0.1:${(broker.address() as { port: number }).port}`;
}

const connections = () => new Promise<number>((resolve) => broker?.getConnections((_, count) => resolve(count)));

const login = (address: string, password = "pw") => ({ address, user: "cdc", password });

describe("readQueue", () => {
    it("receives messages in order, with the time they were sent", async () => {
        const address = await startBroker(({ sender }) => {
            sender?.send({ message_id: "ID:1", body: "one", creation_time: 1_700_000_000_000 as unknown as Date });
            sender?.send({ message_id: "ID:2", body: "two" });
        });
        const messages: QueueMessage[] = [];
        const reader = await readQueue(login(address), "orders", {
            browse: true,
            onMessage: (message) => messages.push(message),
        });
        await expect.poll(() => messages.length).toBe(2);
        expect(messages).toEqual([
            { id: "ID:1", body: "one", sentAt: 1_700_000_000_000 },
            { id: "ID:2", body: "two", sentAt: undefined },
        ]);
        await reader.close();
    });

    it("reports no end of a reader that was given up before the broker answered", async () => {
        let readers = 0;
        const address = await startBroker(() => readers++);
        const ends: string[] = [];
        const reading = readQueue(login(address), "orders", {
            browse: true,
            openTimeoutMs: 0,
            onMessage: () => undefined,
            onEnd: (why) => ends.push(why),
        });
        await expect(reading).rejects.toThrow("no answer within 0 ms");
        await expect.poll(() => readers).toBe(1);
        await expect.poll(connections).toBe(0);
        expect(ends).toEqual([]);
    });

    it("asks for a copy when it browses, and takes messages when it does not", async () => {
        const modes: unknown[] = [];
        const address = await startBroker(({ sender }) => modes.push(sender?.source.distribution_mode));
        for (const browse of [true, false]) {
            const reader = await readQueue(login(address), "orders", { browse, onMessage: () => undefined });
            await reader.close();
        }
        expect(modes).toEqual(["copy", "move"]);
    });

    it.each([
        { why: "a wrong password", password: "no", queue: "orders", cause: /cannot be read: / },
        {
            why: "an unknown queue",
            password: "pw",
            queue: "nope",
            cause: /queue nope .* cannot be read: no such queue/,
        },
    ])("reports the cause of a failure: $why", async ({ password, queue, cause }) => {
        const address = await startBroker(() => undefined);
        const reading = readQueue(login(address, password), queue, { browse: true, onMessage: () => undefined });
        await expect(reading).rejects.toThrow(cause);
    });

    it("can be closed when the broker has gone away", async () => {
        let drop = () => {};
        let isGone = false;
        const address = await startBroker(({ connection }) => {
            const { socket } = connection as unknown as { socket: Socket };
            drop = () => socket.destroy();
            socket.once("close", () => (isGone = true));
        });
        const reader = await readQueue(login(address), "orders", { browse: false, onMessage: () => undefined });
        drop();
        await expect.poll(() => isGone).toBe(true);
        await reader.close();
    });
});
