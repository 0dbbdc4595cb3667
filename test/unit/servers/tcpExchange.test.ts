import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { parseAddress } from "../../../servers/address";
import { assertAccepting as assertBrokerAccepting } from "../../../servers/artemis";
import { assertAccepting as assertDatabaseAccepting } from "../../../servers/postgres";
import { tcpExchange } from "../../../servers/tcpExchange";

let server: Server | undefined;

/** Listens on a free port and answers each connection by `onData`. */
async function serve(onData: (data: Buffer, socket: Socket) => void): Promise<string> {
    server = createServer((socket) => {
        socket.on("data", (data) => onData(data, socket));
        socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

afterEach(async () => {
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
});

describe("parseAddress", () => {
    it.each([
        ["127.0.0.1:9090", { host: "127.0.0.1", port: 9090 }],
        ["kafka-0.example.org:1", { host: "kafka-0.example.org", port: 1 }],
        ["[::1]:2180", { host: "::1", port: 2180 }],
    ])("reads %s", (text, address) => {
        expect(parseAddress(text)).toEqual(address);
    });

    it.each(["localhost", "localhost:", ":9090", "http://localhost:9090", "a:0", "a:70000", "::1:2180"])(
        "refuses %s",
        (text) => {
            expect(() => parseAddress(text)).toThrow(`"${text}" is not an address`);
        },
    );
});

describe("exchange", () => {
    it("returns all data until the server closed", async () => {
        const target = await serve((data, socket) => {
            socket.write(`you said ${data}`);
            setImmediate(() => socket.end("; bye"));
        });
        expect((await tcpExchange(target, "ruok")).toString()).toBe("you said ruok; bye");
    });

    it("stops once it has enough", async () => {
        const target = await serve((_data, socket) => socket.write("12345678"));
        expect((await tcpExchange(target, "x", { complete: ({ length }) => length >= 8 })).length).toBe(8);
    });

    it("does not wait for a server that never answers", async () => {
        const target = await serve(() => undefined);
        await expect(tcpExchange(target, "x", { timeoutMs: 50 })).rejects.toThrow(
            `${target} gave no answer within 50 ms`,
        );
    });
});

describe("PostgreSQL probe", () => {
    /** An ErrorResponse: "E", its length, fields of one letter and a text. */
    const errorResponse = (code: string) => {
        const fields = Buffer.from(`SFATAL\0C${code}\0Mno\0\0`, "latin1");
        const head = Buffer.from("E\0\0\0\0", "latin1");
        head.writeInt32BE(fields.length + 4, 1);
        return Buffer.concat([head, fields]);
    };
    const passwordRequest = Buffer.from("R\0\0\0\x08\0\0\0\x03", "latin1");

    it("is content when the server asks for a password", async () => {
        const target = await serve((_data, socket) => socket.write(passwordRequest));
        await expect(assertDatabaseAccepting(target)).resolves.toBeUndefined();
    });

    it("is content when the server knows no such user", async () => {
        const target = await serve((_data, socket) => socket.end(errorResponse("28000")));
        await expect(assertDatabaseAccepting(target)).resolves.toBeUndefined();
    });

    it("sees a server that still starts", async () => {
        const target = await serve((_data, socket) => socket.end(errorResponse("57P03")));
        await expect(assertDatabaseAccepting(target)).rejects.toThrow("is starting up or shutting down");
    });
});

describe("JMS broker probe", () => {
    it("is content with an AMQP header", async () => {
        const target = await serve((data, socket) => socket.write(data));
        await expect(assertBrokerAccepting(target)).resolves.toBeUndefined();
    });

    it("refuses another protocol", async () => {
        const target = await serve((_data, socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
        await expect(assertBrokerAccepting(target)).rejects.toThrow("answered, but not in AMQP");
    });
});
