import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reassignmentCommands } from "../../../preflight/reassignmentCommands";

const cluster = {
    brokers: ["10.0.0.1:9090", "10.0.0.2:9091"],
    engines: 1,
    container: { engine: { endpoint: "unix:///var/run/docker.sock" }, name: "kafka-of-stack" },
    partitions: [{ topic: "a", partition: 0, leader: 2, replicas: [2], inSync: [2] }],
    going: [2],
};
const operator = ["10.0.0.1:9190", "10.0.0.2:9191"];

describe("the commands of a reassignment", () => {
    it("ask a plain listener of a cluster without TLS", () => {
        expect(reassignmentCommands(cluster)).toContain("--bootstrap-server kafka-0:19092 --reassignment");
        expect(reassignmentCommands({ ...cluster, engines: 2 })).toContain("--bootstrap-server 10.0.0.1:9090 --re");
        expect(reassignmentCommands(cluster)).not.toContain("client.properties");
    });

    it.each([
        ["the broker's listener for members on one host", 1, "kafka-0:19093"],
        ["the operator's listener on several hosts", 2, "10.0.0.1:9190"],
    ])("with TLS ask %s, with the certificate in the container", (_, engines, bootstrap) => {
        const commands = reassignmentCommands({ ...cluster, engines, operator });
        const tool = `--bootstrap-server ${bootstrap} --command-config /tmp/client.properties --reassignment`;
        expect(commands.split(tool)).toHaveLength(3);
        const [, file] = /docker cp (\S+) kafka-of-stack:\/tmp\/client\.properties/.exec(commands)!;
        const settings = readFileSync(file!, "utf8").split("\n");
        const store = "/run/secrets/connect-cdc-tls/store.p12";
        expect(settings).toEqual(
            expect.arrayContaining([
                "security.protocol=SSL",
                `ssl.keystore.location=${store}`,
                `ssl.truststore.location=${store}`,
            ]),
        );
    });
});
