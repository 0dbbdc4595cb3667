import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";

import { accessWith } from "../../../packages/connector/src/client/auth";
import { exchange } from "../../../packages/connector/src/client/exchange";

it("https:// at a port without TLS is refused with what to do", async () => {
    const server = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
    try {
        await once(server, "listening");
        const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const outcome = await exchange(url, { method: "GET", path: "/" }, accessWith(), 5000);
        expect(outcome).toMatchObject({
            kind: "refused",
            detail: expect.stringMatching(/This port does not speak TLS: write http:\/\/ in restUrls$/),
        });
    } finally {
        server.close();
    }
});
