import { describe, expect, it } from "vitest";
import { brokerListeners, peerListener } from "../../../../components/render/brokerListeners";
import { renderConnectProperties } from "../../../../components/render/connectProperties";
import { renderServerProperties } from "../../../../components/render/serverProperties";
import { TLS_FILES, TLS_MODES, type TlsMode } from "../../../../components/render/tls";
import { renderZooCfg } from "../../../../components/render/zooCfg";
import { defaults } from "../../../../config/defaults";

const store = TLS_FILES.store;
const steps = TLS_MODES.slice(1).map((mode, i) => [TLS_MODES[i]!, mode] as const);

function settings(text: string): Record<string, string> {
    const lines = text.trim().split("\n");
    return Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
}

function zooCfg(mode: TlsMode | undefined, servers = 3) {
    return renderZooCfg({
        ...defaults.zookeeper,
        dataDir: "/data",
        clientPort: 2180,
        listenOnAllAddresses: false,
        servers: Array.from({ length: servers }, (_, id) => ({ id, host: `z${id}`, quorumPort: 1, electionPort: 2 })),
        tls: mode && { mode, clientPort: 2280, store },
    });
}

function listenersOf(mode: TlsMode, spread = false, i = 0) {
    const host = { hostName: "local", advertisedAddress: "10.0.0.1" };
    const ports = { port: 9090 + i, tlsPort: 9290 + i, operatorPort: 9190 + i };
    return brokerListeners({ name: `kafka-${i}`, host, spread, mode, ...ports });
}

function broker(mode: TlsMode | undefined, spread = false) {
    return renderServerProperties({
        ...defaults.kafka,
        brokerId: 0,
        dataDir: "/data",
        zookeeperConnect: "z0:1",
        listeners: listenersOf(mode ?? "off", spread),
        interBrokerListener: peerListener(mode ?? "off", spread),
        offsetsTopicReplicationFactor: 1,
        transactionStateLogReplicationFactor: 1,
        transactionStateLogMinIsr: 1,
        defaultReplicationFactor: 1,
        minInsyncReplicas: 1,
        tls: mode && { mode, store },
    });
}

function worker(mode: TlsMode | undefined) {
    return renderConnectProperties({
        ...defaults.connect,
        converters: {},
        bootstrapServers: "k0:1",
        maxMessageBytes: 1,
        replicationFactor: 1,
        pluginPath: "/plugins",
        pluginDiscovery: "service_load",
        restPort: 8083,
        restAdvertisedHost: "connect-0",
        restAdvertisedPort: 8443,
        secretsFolder: "/secrets",
        tls: mode && { mode, store, restPort: 8443, healthPort: 8084 },
    });
}

it("off changes no file", () => {
    expect(zooCfg("off")).toBe(zooCfg(undefined));
    expect(broker("off")).toBe(broker(undefined));
    expect(worker("off")).toBe(worker(undefined));
    expect(zooCfg("off") + broker("off") + worker("off")).not.toMatch(/ssl|sasl|secure|authorizer/i);
});

describe("ZooKeeper", () => {
    it.each([
        { mode: "offer", sslQuorum: "false", portUnification: "true", address: undefined },
        { mode: "prefer", sslQuorum: "true", portUnification: "true", address: undefined },
        { mode: "require", sslQuorum: "true", portUnification: "false", address: "127.0.0.1" },
    ] as const)("with $mode goes the steps of its guide", ({ mode, sslQuorum, portUnification, address }) => {
        const set = settings(zooCfg(mode));
        expect(set).toMatchObject({
            sslQuorum,
            portUnification,
            secureClientPort: "2280",
            clientPort: "2180",
            serverCnxnFactory: "org.apache.zookeeper.server.NettyServerCnxnFactory",
            "ssl.clientAuth": "need",
            "ssl.keyStore.location": store,
            "ssl.trustStore.location": store,
            "ssl.quorum.keyStore.location": store,
            "ssl.quorum.trustStore.type": "PKCS12",
        });
        expect(set["clientPortAddress"]).toBe(address);
    });

    it("alone has no quorum", () => expect(zooCfg("require", 1)).not.toMatch(/quorum\.|sslQuorum|portUnification/));
});

describe("brokers", () => {
    it.each([
        { mode: "off", spread: false, names: "INTERNAL EXTERNAL" },
        { mode: "offer", spread: false, names: "INTERNAL EXTERNAL INTERNAL_TLS OPERATOR EXTERNAL_TLS" },
        { mode: "prefer", spread: false, names: "INTERNAL EXTERNAL INTERNAL_TLS OPERATOR EXTERNAL_TLS HEALTH" },
        { mode: "require", spread: false, names: "INTERNAL_TLS OPERATOR EXTERNAL_TLS HEALTH" },
        { mode: "off", spread: true, names: "EXTERNAL" },
        { mode: "require", spread: true, names: "OPERATOR EXTERNAL_TLS HEALTH" },
    ] as const)("with $mode (spread: $spread) listen by $names", ({ mode, spread, names }) => {
        expect(
            listenersOf(mode, spread)
                .map(({ name }) => name)
                .join(" "),
        ).toBe(names);
    });

    it.each(steps)("of %s and %s have each other's listener for peers", (before, after) => {
        for (const spread of [false, true]) {
            const names = (mode: TlsMode) => listenersOf(mode, spread).map(({ name }) => name);
            expect(names(before)).toContain(peerListener(after, spread));
            expect(names(after)).toContain(peerListener(before, spread));
        }
    });

    it("advertise addresses that no other broker has", () => {
        const all = [0, 1, 2].flatMap((i) => listenersOf("prefer", false, i).map(({ advertised }) => advertised));
        expect(new Set(all).size).toBe(all.length);
    });

    it("with require take nothing without TLS but the health check on the loopback", () => {
        const { listeners, ...set } = settings(broker("require"));
        expect(listeners).toBe(
            "INTERNAL_TLS://0.0.0.0:19093,OPERATOR://0.0.0.0:9190,EXTERNAL_TLS://0.0.0.0:9290,HEALTH://127.0.0.1:19090",
        );
        expect(set).toMatchObject({
            "listener.security.protocol.map": "INTERNAL_TLS:SSL,OPERATOR:SSL,EXTERNAL_TLS:SASL_SSL,HEALTH:PLAINTEXT",
            "listener.name.internal_tls.ssl.client.auth": "required",
            "listener.name.operator.ssl.client.auth": "required",
            "listener.name.external_tls.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "zookeeper.ssl.client.enable": "true",
            "zookeeper.ssl.keystore.location": store,
        });
    });

    it.each([
        { mode: "offer", supers: "User:kafka;User:operator;User:ANONYMOUS", acl: undefined },
        { mode: "prefer", supers: "User:kafka;User:operator;User:ANONYMOUS", acl: "false" },
        { mode: "require", supers: "User:kafka;User:operator", acl: "true" },
    ] as const)("with $mode know who may do everything, and who owns ZooKeeper's nodes", ({ mode, supers, acl }) => {
        const set = settings(broker(mode));
        expect(set).toMatchObject({ "super.users": supers, "allow.everyone.if.no.acl.found": "false" });
        expect(set["zookeeper.set.acl"]).toBe(acl);
    });
});

describe("workers", () => {
    it.each([
        { mode: "offer", listeners: "https://0.0.0.0:8443,http://0.0.0.0:8083", advertised: undefined },
        { mode: "prefer", listeners: "https://0.0.0.0:8443,http://0.0.0.0:8083", advertised: "https" },
        { mode: "require", listeners: "https://0.0.0.0:8443,http://127.0.0.1:8084", advertised: "https" },
    ] as const)("with $mode listen by $listeners", ({ mode, listeners, advertised }) => {
        const set = settings(worker(mode));
        expect(set).toMatchObject({ listeners, "listeners.https.ssl.client.auth": "required" });
        expect(set["rest.advertised.listener"]).toBe(advertised);
    });

    it.each(["", "producer.", "consumer.", "admin."])("show their certificate by the clients of '%s'", (prefix) => {
        expect(settings(worker("offer"))[`${prefix}security.protocol`]).toBeUndefined();
        for (const mode of ["prefer", "require"] as const) {
            expect(settings(worker(mode))).toMatchObject({
                [`${prefix}security.protocol`]: "SSL",
                [`${prefix}ssl.keystore.location`]: store,
                [`${prefix}ssl.truststore.location`]: store,
            });
        }
    });
});
