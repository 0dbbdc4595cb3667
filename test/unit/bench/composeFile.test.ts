import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type ContainerInputs, writeComposeFile } from "../../../bench/composeFile";

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-compose-test-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const labels = [{ label: "connect-cdc.stack", value: "s" }];

function write(...containers: Omit<ContainerInputs, "image" | "labels">[]): any {
    const inputs = containers.map((container) => ({ image: "sha256:1", labels, ...container }));
    return parse(readFileSync(writeComposeFile(folder, "p-s-", inputs), "utf8"));
}

describe("writeComposeFile", () => {
    it("has the same settings for a server as the Pulumi program", () => {
        const { services, volumes, networks } = write({
            name: "p-s-kafka-0",
            hostname: "kafka-0",
            command: ["java", "-Dprice=$1"],
            networksAdvanced: [{ aliases: ["kafka-0"] }],
            ports: [{ internal: 9092, external: 9090, ip: "127.0.0.1" }],
            volumes: [{ volumeName: "p-s-data", containerPath: "/data", readOnly: true }],
            uploads: [{ file: "/etc/connect-cdc/server.properties", content: "broker.id=0" }],
            healthcheck: { tests: ["CMD", "check"], interval: "15s", timeout: "5s", startPeriod: "30s", retries: 3 },
            memory: 640,
            memorySwap: 640,
            destroyGraceSeconds: 120,
        });
        const upload = join(folder, "files/kafka-0/etc/connect-cdc/server.properties");
        expect(readFileSync(upload, "utf8")).toBe("broker.id=0");
        expect(services["kafka-0"]).toMatchObject({
            command: ["java", "-Dprice=$$1"],
            networks: { default: { aliases: ["kafka-0"] } },
            ports: ["127.0.0.1:9090:9092"],
            volumes: ["p-s-data:/data:ro", `${upload}:/etc/connect-cdc/server.properties:ro`],
            healthcheck: { test: ["CMD", "check"], interval: "15s", timeout: "5s", start_period: "30s", retries: 3 },
            mem_limit: "640m",
            memswap_limit: "640m",
            stop_grace_period: "120s",
            labels: { "connect-cdc.stack": "s" },
        });
        expect(volumes).toEqual({ "p-s-data": { labels: { "connect-cdc.stack": "s" } } });
        expect(networks).toEqual({ default: { labels: { "connect-cdc.stack": "s" } } });
    });

    it("starts brokers after ZooKeeper, workers after brokers and after their secrets are written", () => {
        const { services } = write(
            { name: "p-s-zookeeper-0" },
            { name: "p-s-kafka-0" },
            { name: "p-s-kafka-1" },
            { name: "p-s-connect-0" },
            {
                name: "p-s-connect-secrets-writer",
                mustRun: false,
                networkMode: "none",
                uploads: [
                    { file: "/in/a/password", content: "1" },
                    { file: "/in/b/password", content: "2" },
                ],
            },
            { name: "p-s-connect-secrets-sweep", mustRun: false, networkMode: "none" },
        );
        const healthy = { condition: "service_healthy" };
        expect(services["zookeeper-0"].depends_on).toEqual({});
        expect(services["kafka-1"].depends_on).toEqual({ "zookeeper-0": healthy });
        expect(services["connect-0"].depends_on).toEqual({
            "kafka-0": healthy,
            "kafka-1": healthy,
            "connect-secrets-writer": { condition: "service_completed_successfully" },
        });
        expect(services["connect-secrets-sweep"].depends_on).toEqual(services["connect-0"].depends_on);
        expect(services["connect-secrets-writer"].networks).toBeUndefined();
        const uploads = join(folder, "files/connect-secrets-writer/in");
        expect(services["connect-secrets-writer"].volumes).toEqual([`${uploads}:/in`]);
        expect(readFileSync(join(uploads, "b/password"), "utf8")).toBe("2");
    });
});
