import { describe, expect, it } from "vitest";
import { publishedPorts } from "../../../config/checks/ports";
import { parseConfig } from "../../../config/load";

describe("publishedPorts", () => {
    it("are one a member, and none of a server that this stack does not run", () => {
        const external = parseConfig({
            database: { managed: false, host: "db" },
            zookeeper: { servers: 1 },
            secrets: { "database-password": "x" },
        });
        expect(publishedPorts(external).map(({ port }) => port)).toEqual([
            2180, 9090, 9091, 9092, 7070, 7071, 7072, 61616, 8161,
        ]);
    });

    it("include those of the metrics where they are on", () => {
        const on = publishedPorts(parseConfig({ metrics: { enabled: true }, connect: { workers: 1 } }));
        expect(on.filter(({ path }) => path.startsWith("metrics.")).map(({ port }) => port)).toEqual([
            9400, 9401, 9402, 9410, 9411, 9412, 9420,
        ]);
    });

    it("are on the host of their member, and on several hosts those of the quorum, too", () => {
        const hosts = {
            local: { advertisedAddress: "10.0.0.1" },
            b: { endpoint: "ssh://b", advertisedAddress: "10.0.0.2", bindAddress: "127.0.0.1" },
        };
        const config = parseConfig({ hosts, kafka: { placement: ["b"] }, zookeeper: { servers: 3 } });
        const on = (host: string, section: string) =>
            publishedPorts(config)
                .filter((port) => port.host === host && port.path.startsWith(section))
                .map(({ port }) => port);
        expect(on("b", "kafka")).toEqual([9090, 9091, 9092]);
        expect(on("local", "zookeeper")).toEqual([2180, 2182, 2888, 2890, 3888, 3890]);
        expect(on("b", "zookeeper")).toEqual([2181, 2889, 3889]);
    });

    it("may be the same on two hosts", () => {
        const hosts = {
            local: { advertisedAddress: "10.0.0.1" },
            b: { endpoint: "ssh://b", advertisedAddress: "10.0.0.2", bindAddress: "127.0.0.1" },
        };
        const database = { port: 9090, placement: ["local"] };
        expect(() => parseConfig({ hosts, kafka: { placement: ["b"] }, database })).not.toThrow();
    });
});
