import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { readLog } from "../../../docker/containerLog";

/** One frame of a container's output, as the engine's API describes it under "Attach to a container". */
function frame(line: string): Buffer {
    const header = Buffer.alloc(8);
    header.writeUInt8(1, 0);
    header.writeUInt32BE(Buffer.byteLength(line), 4);
    return Buffer.concat([header, Buffer.from(line)]);
}

it("reads a log of many short lines", async () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
    const log = Buffer.concat(texts.map((text) => frame(`2026-01-31T12:00:00.123456789Z ${text}\n`)));
    const engine = createServer((_, response) => response.end(log));
    await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
    const { port } = engine.address() as AddressInfo;
    try {
        const lines = await readLog({ endpoint: `tcp://127.0.0.1:${port}`, container: "kafka-0" }, {});
        expect(lines.map(({ text }) => text)).toEqual(texts);
    } finally {
        engine.close();
    }
});
