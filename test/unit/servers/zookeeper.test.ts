import { describe, expect, it } from "vitest";
import { parseRegisteredBrokers, parseServerState } from "../../../servers/zookeeper";

// Answers of a ZooKeeper 3.8.6 ensemble.
const follower = `Zookeeper version: 3.8.6-b3a0c2d2c2a4b0a1, built on 2025-11-10 17:44 UTC
Latency min/avg/max: 0/0.6/4
Received: 21
Sent: 20
Connections: 2
Outstanding: 0
Zxid: 0x100000018
Mode: follower
Node count: 26
`;
const dump = `SessionTracker dump:
Global Sessions(3):
0x100001bd0ea0000\t18000ms
ephemeral nodes dump:
Sessions with Ephemerals (3):
0x100001bd0ea0000:
\t/brokers/ids/2
0x200001bd1f10001:
\t/controller
\t/brokers/ids/0
0x200001bd1f10002:
\t/brokers/ids/10
Connections dump:
Connections Sets (1)/(2):
1 expire at Mon Nov 23 02:05:12 UTC 2026:
\tip: /172.18.0.5:44592 sessionId: 0x100001bd0ea0000
`;

describe("parseServerState", () => {
    it("reads mode, version and connections", () => {
        expect(parseServerState(follower)).toEqual({ mode: "follower", version: "3.8.6", connections: 2 });
    });

    it.each(["leader", "observer", "standalone"])("knows the mode %s", (mode) => {
        expect(parseServerState(follower.replace("follower", mode)).mode).toBe(mode);
    });

    it("sees no mode in a server outside a quorum", () => {
        const answer = "This ZooKeeper instance is not currently serving requests\n";
        expect(parseServerState(answer)).toEqual({ mode: undefined, version: undefined, connections: undefined });
    });
});

describe("parseRegisteredBrokers", () => {
    it("lists broker ids in numeric order", () => {
        expect(parseRegisteredBrokers(dump)).toEqual([0, 2, 10]);
    });

    it("is empty without a broker", () => {
        expect(
            parseRegisteredBrokers("SessionTracker dump:\nephemeral nodes dump:\nSessions with Ephemerals (0):\n"),
        ).toEqual([]);
    });
});
