import { describe, expect, it } from "vitest";
import { TLS_FILES } from "../../../components/render/tls";
import { parseConfig } from "../../../config/load";
import { authoritiesOf, endpointsOf, workerConverters } from "../../../connectors/endpoints";
import { runsRegistry } from "../../../connectors/formats";

describe("where sources store their positions", () => {
    it.each([
        ["the workers' topic", { offsetStorageTopic: "positions" }],
        ["also when it is a raw setting", { config: { "offset.storage.topic": "positions" } }],
    ])("is %s", (_, connect) => {
        expect(endpointsOf(parseConfig({ connect })).offsetStorageTopic).toBe("positions");
    });
});

describe("the authorities of the database", () => {
    const ca = "-----BEGIN CERTIFICATE-----";
    const external = { database: { managed: false, host: "db.example", ca }, secrets: { "database-password": "p" } };

    it.each([
        ["the stack's, as soon as its members use TLS", { security: { tls: "prefer" } }, TLS_FILES.ca],
        ["not used before", { security: { tls: "offer" } }, undefined],
        ["those of the config, in each mode", external, "/etc/connect-cdc/database-ca.pem"],
        ["not used without them", { ...external, database: { ...external.database, ca: undefined } }, undefined],
    ])("are %s", (_, raw, file) => {
        const config = parseConfig(raw);
        expect(endpointsOf(config).database?.rootCertFile).toBe(file);
        const source = config.completedConnectors.find(({ name }) => name === "dbz-source")!.config;
        expect(source["database.sslrootcert"]).toBe(file);
        expect(source["database.sslmode"]).toBe(file && "verify-full");
    });

    it("of the config become a file of the workers", () => {
        expect(authoritiesOf(parseConfig(external))).toEqual({ "/etc/connect-cdc/database-ca.pem": ca });
        expect(authoritiesOf(parseConfig({}))).toEqual({});
    });
});

describe("the URL of the JMS broker for its sinks", () => {
    const ca = "-----BEGIN CERTIFICATE-----";
    const external = { jmsBroker: { managed: false, url: "tcp://b:1", ca }, secrets: { "jms-password": "p" } };

    it.each([
        ["has TLS as soon as members use it", { security: { tls: "prefer" } }, "tcp://artemis:61617", TLS_FILES.ca],
        ["has no TLS before", { security: { tls: "offer" } }, "tcp://artemis:61616", undefined],
        ["has the authorities of the config", external, "tcp://b:1", "/etc/connect-cdc/jms-broker-ca.pem"],
    ])("%s", (_, raw, url, file) => {
        const { completedConnectors } = parseConfig(raw);
        const sink = completedConnectors.find(({ config }) => "jms.username" in config)!.config;
        const { protocol, host, searchParams } = new URL(sink["java.naming.provider.url"]!);
        expect(`${protocol}//${host}`).toBe(url);
        expect(searchParams.get("trustStorePath") ?? undefined).toBe(file);
        expect(searchParams.get("sslEnabled") ?? undefined).toBe(file && "true");
    });
});

describe("the schema registry", () => {
    const avro = { connect: { format: "avro" } };
    const twoHosts = {
        local: { endpoint: "ssh://a", advertisedAddress: "10.0.0.1" },
        b: { endpoint: "ssh://b", advertisedAddress: "10.0.0.2", bindAddress: "127.0.0.1" },
    };

    it.each([
        ["its name on one host", {}, "http://registry-0:8081/apis/ccompat/v7"],
        [
            "the host of each instance where there are several",
            { hosts: twoHosts, registry: { instances: 2 } },
            "http://10.0.0.1:8081/apis/ccompat/v7,http://10.0.0.2:8082/apis/ccompat/v7",
        ],
        [
            "the given URLs",
            { registry: { url: "https://r-0.example, https://r-1.example" } },
            "https://r-0.example,https://r-1.example",
        ],
    ])("is reached by %s", (_, more, url) => {
        expect(workerConverters(parseConfig({ ...avro, ...more }))).toEqual({
            "key.converter": "dev.connectcdc.avro.AvroConverter",
            "key.converter.schema.registry.url": url,
            "value.converter": "dev.connectcdc.avro.AvroConverter",
            "value.converter.schema.registry.url": url,
        });
    });

    it("is used with the workers' certificate as soon as members use TLS, unless it is not the stack's own", () => {
        const settings = (more: object) => workerConverters(parseConfig({ ...avro, ...more }));
        expect(settings({ security: { tls: "prefer" } })).toMatchObject({
            "value.converter.schema.registry.url": "https://registry-0:8443/apis/ccompat/v7",
            "value.converter.schema.registry.ssl.keystore.location": TLS_FILES.store,
            "value.converter.schema.registry.ssl.truststore.type": "PKCS12",
        });
        for (const more of [{ tls: "offer" }, { tls: "prefer", url: "https://r.example" }]) {
            const { tls, ...registry } = more;
            const keys = Object.keys(settings({ security: { tls }, registry }));
            expect(keys.filter((key) => key.includes("ssl"))).toEqual([]);
        }
    });

    it("runs in the stack only if a format needs it, with the plugin of that format", () => {
        const oneSource = { connectors: { "dbz-source": { format: "avro" }, "json-jms-sink": { format: "avro" } } };
        const seen = [{}, avro, { ...avro, registry: { url: "https://r.example.com" } }, oneSource].map((raw) => {
            const config = parseConfig(raw);
            return [runsRegistry(config), "avro-converter" in config.connect.plugins];
        });
        expect(seen).toEqual([
            [false, false],
            [true, true],
            [false, true],
            [true, true],
        ]);
    });

    it("leaves a plugin of its name as the user gives it", () => {
        const plugins = { "avro-converter": { path: "/mine" } };
        expect(parseConfig({ connect: { format: "avro", plugins } }).connect.plugins["avro-converter"]).toEqual({
            path: "/mine",
        });
    });
});
