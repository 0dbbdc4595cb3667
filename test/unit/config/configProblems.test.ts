import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeAuthority, makeCertificate } from "../../../components/certificates/x509";
import { definitionProblems } from "../../../config/checks/definitionProblems";
import { ConfigError } from "../../../config/errors";
import { parseConfig } from "../../../config/load";
import { Problem } from "../../../config/problem";
import { problemLine, shownValue } from "../../../config/problem";
import type { Definitions } from "../../../images/staging/contract";
import { listedMessages, messagePattern } from "../../support/docs/troubleshooting";

// What staging read from the plugins of the default image, less documentation and less plugins.
const definitions = JSON.parse(readFileSync(join(__dirname, "definitions.json"), "utf8")) as Definitions;

type Raw = Record<string, unknown>;

/** The program's result: the problems of the config; without any, its warnings and the problems by the plugins' definitions. */
function findingsOf(raw: Raw, secretKeys: string[] = []): Problem[] {
    try {
        const config = parseConfig(raw, secretKeys);
        return [...config.warnings, ...definitionProblems(config, definitions)];
    } catch (error) {
        if (error instanceof ConfigError) return error.problems;
        throw error;
    }
}

const source = (config: Raw, more: Raw = {}) => ({ connectors: { "dbz-source": { config, ...more } } });
const sink = (config: Raw, more: Raw = {}) => ({ connectors: { "json-jms-sink": { config, ...more } } });
const states = (config: Raw) => ({
    jmsBroker: { queues: ["CustomersJSON", "CustomersXML", "States"] },
    ...sink({ "exactly.once.state.queue": "States", ...config }),
});
const byClass = (config: Raw) =>
    sink({
        "jms.connection.factory.class": "org.apache.activemq.ActiveMQConnectionFactory",
        "jms.connection.factory.property.brokerURL": "tcp://other:61616",
        ...config,
    });
const other = (config: Raw, more: Raw = {}) => ({
    connectors: { mine: { class: "a.B", tasksMax: 1, state: "running", config, ...more } },
});
const secondSource = (config: Raw) => ({
    connectors: {
        second: {
            class: "io.debezium.connector.postgresql.PostgresConnector",
            tasksMax: 1,
            state: "running",
            config: { "topic.prefix": "second", ...config },
        },
    },
});
const ownTables = (config: Raw) => {
    const { second } = secondSource(config).connectors;
    return { connectors: { second: { ...second, tables: { "cdc.orders": {} } } } };
};
const tables = (list: Raw, more: Raw = {}) => ({ database: { tables: list, ...more } });
const foreign = { managed: false, host: "db.example.com" };
const root = makeAuthority("root", 2);
const sameSubject = makeAuthority("root", 2);
const ended = makeAuthority("ended", 1, Date.parse("2020-01-01"));
const server = makeCertificate({ commonName: "server", addresses: ["server"], days: 1 }, root);
/** Signed by another authority with openssl, for 100 years. */
const INTERMEDIATE = `-----BEGIN CERTIFICATE-----
MIIBfzCCASSgAwIBAgIUCntE+EVyqmCTtuzD24AbqRsvRGMwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFdXBwZXIwIBcNMjYxMTI2MjE0MDE0WhgPMjEyNjExMDIyMTQw
MTRaMBcxFTATBgNVBAMMDGludGVybWVkaWF0ZTBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABBbMck9P22eajjEkQpIHz+015HRPeDGcd23ylOCcVwL2YjpusgxT+Jsf
QvgWkSu/YdEitovCDJu5162MBFxDEYejUzBRMA8GA1UdEwEB/wQFMAMBAf8wHQYD
VR0OBBYEFPza7rAK9ZM61XMVo1lGf2hPV4KZMB8GA1UdIwQYMBaAFIMTla3+4Fur
p7IZJdTZHCcAOp+uMAoGCCqGSM49BAMCA0kAMEYCIQDaltBaW0Umsv+8yLBXy1Yl
eqMtQqTgBT1FeYFaFgeWhQIhAIMQq9H6Oe424R0ystu1X6JdlwEar8QA2WyukYqC
2+QA
-----END CERTIFICATE-----
`;
const key = { secret: "ca-key" };
const authorities = (...list: Raw[]) => ({ secrets: { "ca-key": "4711" }, security: { authorities: list } });
const plugin = (p: Raw) => ({ connect: { plugins: { p } } });
const databaseSetting = (config: Raw) => ({ database: { config } });
const subjects = (entries: Raw) => ({ connect: { format: "avro" }, registry: { subjects: entries } });
const local = (host: Raw) => ({ hosts: { local: host } });
const twoHosts = (second: Raw, first: Raw = {}) => ({
    hosts: {
        local: { advertisedAddress: "10.0.0.1", ...first },
        b: { endpoint: "ssh://b", advertisedAddress: "10.0.0.2", bindAddress: "127.0.0.1", ...second },
    },
});
const sha512 = "a".repeat(128);

interface Case {
    /** The problem. */
    name: string;
    raw: Raw;
    path: string;
    /** As the error shows it. */
    value: string;
    rule: string;
    remedy: string;
    warning?: boolean;
    /** Top-level keys that hold a secret value. */
    secretKeys?: string[];
}

/** One line a case: name, config, path, value as shown, rule, remedy. */
function list(...rows: [string, Raw, string, string, string, string, ("warning" | string[])?][]): Case[] {
    return rows.map(([name, raw, path, value, rule, remedy, more]) => ({
        ...{ name, raw, path, value, rule, remedy },
        warning: more === "warning",
        secretKeys: Array.isArray(more) ? more : [],
    }));
}

const CASES: Record<string, Case[]> = {
    // prettier-ignore
    "keys and types": list(
        ["an unknown section", { kafak: { brokers: 3 } }, "kafak", '{"brokers":3}', "is not known", "did you mean kafka?"],
        ["an unknown section without a similar one", { xyzzy: 1 }, "xyzzy", "1", "is not known", "use one of: hosts, security"],
        ["an unknown key", { kafka: { broker: 3 } }, "kafka.broker", "3", "is not known", "did you mean brokers?"],
        ["an unknown key of a host", local({ endpont: "x" }), "hosts.local.endpont", '"x"', "is not known", "did you mean endpoint?"],
        ["an unknown key of a connector", source({}, { taskMax: 1 }), "connectors.dbz-source.taskMax", "1", "is not known", "did you mean tasksMax?"],
        ["an unknown key of a plugin", plugin({ path: "/x", sha: "1" }), "connect.plugins.p.sha", '"1"', "is not known", "did you mean sha512?"],
        ["a section that is not an object", { zookeeper: 3 }, "zookeeper", "3", "must be an object", "correct it"],
        ["a section that is text", { connectors: "none" }, "connectors", '"none"', "must be an object of connectors", "correct it"],
        ["a count that is text", { kafka: { brokers: "three" } }, "kafka.brokers", '"three"', "must be a number of brokers", "default, 3"],
        ["a number in quotes", { kafka: { brokers: "3" } }, "kafka.brokers", '"3"', "must be a number of brokers", "without quotes"],
        ["a fraction", { kafka: { brokers: 1.5 } }, "kafka.brokers", "1.5", "must be a number of brokers", "correct it"],
        ["no member at all", { zookeeper: { servers: 0 } }, "zookeeper.servers", "0", "1 or more", "default, 3"],
        ["too many servers", { zookeeper: { servers: 256 } }, "zookeeper.servers", "256", "at most 255", "default, 3"],
        ["a flag that is text", { security: { protectData: "yes" } }, "security.protectData", '"yes"', "must be true or false", "default, false"],
        ["a list that is text", { zookeeper: { fourLetterWords: "srvr" } }, "zookeeper.fourLetterWords", '"srvr"', "must be a list of texts", "correct it"],
        ["an invalid version", { kafka: { version: "latest" } }, "kafka.version", '"latest"', "must be a fixed version", 'default, "3.9.2"'],
        ["a required key removed", { kafka: { version: null } }, "kafka.version", "nothing", "is missing", 'default, "3.9.2"'],
        ["a null that removes nothing", { kafka: { minInsyncReplicas: null } }, "kafka.minInsyncReplicas", "null", "removes nothing", "leave it out"],
        ["a section removed", { kafka: null }, "kafka", "null", "removes a whole section", "leave it out"],
        ["a nested raw setting", { kafka: { config: { a: { b: 1 } } } }, "kafka.config.a", '{"b":1}', "must be text, a number", "correct it"],
    ),
    // prettier-ignore
    "hosts and ports": list(
        ["not a host of this config", { hosts: { local: null } }, "hosts", "{}", "at least one", "or add one"],
        ["a host's name", { hosts: { "Host 1": { endpoint: "unix:///x", advertisedAddress: "h", bindAddress: "127.0.0.1" } } }, "hosts.Host 1", "{", "its name must be of lower-case", "rename it"],
        ["an endpoint without scheme", local({ endpoint: "/run/x" }), "hosts.local.endpoint", '"/run/x"', "must start with unix://", "default"],
        ["a socket with a relative path", local({ endpoint: "unix://run/x" }), "hosts.local.endpoint", '"unix://run/x"', "absolute path", "unix:///var/run/docker.sock"],
        ["a tcp endpoint without port", local({ endpoint: "tcp://engine" }), "hosts.local.endpoint", '"tcp://engine"', "has no port", "tcp://<host>:2376"],
        ["an invalid port", local({ endpoint: "tcp://engine:99999" }), "hosts.local.endpoint", '"tcp://engine:99999"', "is not the address", "tcp://<host>:2376"],
        ["a password in an endpoint", local({ endpoint: "ssh://me:pw1@engine" }), "hosts.local.endpoint", '"ssh://[hidden]@engine"', "holds a password", "key"],
        ["an advertised URL", local({ advertisedAddress: "http://h" }), "hosts.local.advertisedAddress", '"http://h"', "without scheme", "reach this host"],
        ["an open bind address", { ...local({ bindAddress: "0.0.0.0" }), security: { tls: "off" } }, "hosts.local.bindAddress", '"0.0.0.0"', "without TLS", "security.trustedNetwork"],
        ["a bind address that is a name", local({ bindAddress: "localhost" }), "hosts.local.bindAddress", '"localhost"', "must be an IPv4 address", "default"],
        ["loopback on two hosts", twoHosts({ advertisedAddress: "127.0.0.1" }), "hosts.b.advertisedAddress", '"127.0.0.1"', "every host's own", "all hosts reach"],
        ["one engine twice", twoHosts({ endpoint: "unix:///var/run/docker.sock" }), "hosts.b.endpoint", '"unix:///var/run/docker.sock"', "of another host", "keep one"],
        ["an unknown host", { kafka: { placement: ["locl"] } }, "kafka.placement.0", '"locl"', "is not a host of this config; hosts has: local", "did you mean local?"],
        ["two hosts for one server", { ...twoHosts({}), database: { placement: ["local", "b"] } }, "database.placement", '["local","b"]', "for one server", "name one"],
        ["a port out of range", { kafka: { port: 70000 } }, "kafka.port", "70000", "at most 65535", "default, 9090"],
        ["a last member's port out of range", { kafka: { port: 65534 } }, "kafka.port", "65534", "would have port 65536", "set it to 65533"],
        ["ports that overlap", { kafka: { port: 7072 } }, "connect.port", "7070", "overlaps the ports of kafka.port (7072 to 7074)", "move one"],
        ["the registry's port", { connect: { format: "avro" }, registry: { port: 7071 } }, "registry.port", "7071", "overlaps the ports of connect.port", "move one"],
        ["a heap of the registry above its memory", { registry: { heapMb: 448 } }, "registry.heapMb", "448", "must be less than registry.memoryMb", "raise registry.memoryMb"],
        ["an unknown format", { connect: { format: "xml" } }, "connect.format", '"xml"', "must be json, avro or protobuf", ""],
        ["an unknown compatibility", { registry: { compatibility: "backward" } }, "registry.compatibility", '"backward"', "must be NONE, or BACKWARD", ""],
        ["a registry's URL that is none", { connect: { format: "avro" }, registry: { url: "registry:8081" } }, "registry.url", '"registry:8081"', "must be an http or https URL", "correct it"],
        ["a registry's URL with a password", { connect: { format: "avro" }, registry: { url: "https://me:secret@r.example.com" } }, "registry.url", '"https://[hidden]@r.example.com"', "holds a password", "remove it"],
        ["a registry's user without password", { connect: { format: "avro" }, registry: { url: "https://r.example.com", user: "me" } }, "registry.passwordSecret", "nothing", "is missing: a login has a user and a password", "set it"],
        ["a registry's user with a colon", { connect: { format: "avro" }, registry: { url: "https://r.example.com", user: "me:x", passwordSecret: "r" }, secrets: { r: "x" } }, "registry.user", '"me:x"', "contains a colon", "use another user"],
        ["a registry's password that is not given", { connect: { format: "avro" }, registry: { url: "https://r.example.com", user: "me", passwordSecret: "r" } }, "registry.passwordSecret", "[hidden]", "names a secret that does not exist (r)", "pulumi config set --secret"],
        ["a login for the stack's own registry", { connect: { format: "avro" }, registry: { user: "me", passwordSecret: "r" }, secrets: { r: "x" } }, "registry.user", '"me"', "has no effect: only another registry", "or set registry.url"],
        ["keys of the stack's own registry beside the URL of another", { connect: { format: "avro" }, registry: { url: "https://r.example.com", heapMb: 200 } }, "registry.heapMb", "200", "has no effect: registry.url", "remove it"],
        ["a registry that no format needs", { registry: { url: "https://r.example.com" } }, "registry.url", '"https://r.example.com"', "no format needs a registry", "set connect.format", "warning"],
        ["a subject that declares nothing", subjects({ "a-value": {} }), "registry.subjects.a-value.compatibility", "nothing", "is missing, and so is schemaFile", "remove the subject"],
        ["a subject's level in small letters", subjects({ "a-value": { compatibility: "full" } }), "registry.subjects.a-value.compatibility", '"full"', "must be NONE, or BACKWARD", ""],
        ["a key of a subject that is not known", subjects({ "a-value": { compatibility: "FULL", level: "FULL" } }), "registry.subjects.a-value.level", '"FULL"', "is not known", "compatibility, schemaFile"],
        ["a type without a schema", subjects({ "a-value": { compatibility: "FULL", type: "AVRO" } }), "registry.subjects.a-value.type", '"AVRO"', "has no effect without schemaFile", "set schemaFile"],
        ["a file that does not exist", subjects({ "a-value": { schemaFile: "schemas/none.avsc" } }), "registry.subjects.a-value.schemaFile", '"schemas/none.avsc"', "cannot be read: ENOENT", "begins in the folder of Pulumi.yaml"],
        ["a file whose name tells no type", subjects({ "a-value": { schemaFile: "README.md" } }), "registry.subjects.a-value.type", "nothing", "is missing, and the end of the file's name", "AVRO, PROTOBUF or JSON"],
        ["a schema that is no JSON", subjects({ "a-value": { schemaFile: "README.md", type: "AVRO" } }), "registry.subjects.a-value.schemaFile", '"README.md"', "must hold JSON", "correct the file"],
        ["a reference without a version", subjects({ "a-value": { schemaFile: "package.json", references: [{ name: "B", subject: "b-value" }] }, "b-value": { compatibility: "FULL" } }), "registry.subjects.a-value.references.0.version", "nothing", "is missing, and registry.subjects has no schema of b-value", "declare that subject"],
        ["a reference that is no object", subjects({ "a-value": { schemaFile: "package.json", references: ["b"] } }), "registry.subjects.a-value.references.0", '"b"', "must be an object", "correct it"],
        ["a converter of JSON beside another format", { connect: { format: "avro", valueConverter: "a.B" } }, "connect.valueConverter", '"a.B"', "has no effect: connect.format is avro", "remove it"],
        ["schemas.enable beside another format", { connect: { format: "protobuf", valueConverterSchemasEnable: true } }, "connect.valueConverterSchemasEnable", "true", "has no effect: connect.format is protobuf", "remove it"],
        ["raw schemas.enable beside another format", { connect: { format: "avro", config: { "value.converter.schemas.enable": true } } }, "connect.config.value.converter.schemas.enable", "true", "only JsonConverter can leave schemas out", "remove it"],
        ["a format that raw converters replace", { connect: { format: "avro", config: { "key.converter": "a.B", "value.converter": "a.B" } } }, "connect.format", '"avro"', "connect.config sets both converters", "remove them"],
        ["a connector's format that its converters replace", sink({ "key.converter": "org.apache.kafka.connect.storage.StringConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter" }, { format: "avro" }), "connectors.json-jms-sink.format", '"avro"', "config sets both converters", "remove it"],
        ["a connector's format without defaults", source({}, { format: "avro", addDefaults: false }), "connectors.dbz-source.format", '"avro"', "addDefaults is false", "set key.converter"],
        ["a connector's schemas.enable beside another format", { connect: { format: "avro" }, ...sink({ "value.converter.schemas.enable": false }) }, "connectors.json-jms-sink.config.value.converter.schemas.enable", "false", "only JsonConverter", "remove it"],
        ["a sink of another format than its source", { connect: { format: "avro" }, ...sink({}, { format: "json" }) }, "connectors.json-jms-sink.config.value.converter", '"org.apache.kafka.connect.json.JsonConverter"', "cannot read the values of dbz-source", "the same format"],
        ["a sink of Avro that reads JSON", sink({ "key.converter": "org.apache.kafka.connect.json.JsonConverter" }, { format: "avro" }), "connectors.json-jms-sink.config.value.converter", '"dev.connectcdc.avro.AvroConverter"', "cannot read the values of dbz-source", "the same format"],
        ["the console's port", { jmsBroker: { consolePort: 9091 } }, "jmsBroker.consolePort", "9091", "overlaps the ports of kafka.port", "move one"],
        ["quorum and election on one port", { zookeeper: { electionPort: 2888 } }, "zookeeper.electionPort", "2888", "overlaps the ports of zookeeper.quorumPort", "move one"],
        ["a quorum port published on two hosts", { ...twoHosts({}), zookeeper: { quorumPort: 9090 } }, "kafka.port", "9090", "overlaps the ports of zookeeper.quorumPort", "move one"],
        ["the metrics' ports", { metrics: { enabled: true, kafkaPort: 9092 } }, "metrics.kafkaPort", "9092", "overlaps the ports of kafka.port", "move one"],
    ),
    // prettier-ignore
    "security": list(
        ["an unknown mode", { security: { tls: "on" } }, "security.tls", '"on"', "must be off, offer, prefer or require", "correct it"],
        ["the network of a stack with TLS", { security: { tls: "require", trustedNetwork: true } }, "security.trustedNetwork", "true", "permits ports without TLS", "remove it", "warning"],
        ["no authority", authorities(), "security.authorities", "[]", "must have an authority", "correct it"],
        ["an authority's name", authorities({ name: "Our CA" }), "security.authorities.0.name", '"Our CA"', "must be of lower-case", "correct it"],
        ["two authorities of a name", authorities({ name: "a" }, { name: "a" }), "security.authorities.1.name", '"a"', "is the name of another authority", "another name"],
        ["a certificate without key", authorities({ name: "a", cert: root.cert }), "security.authorities.0.key", "nothing", "is missing: the authority has a certificate", "key: {secret: <name>}"],
        ["a key without certificate", authorities({ name: "a", key }), "security.authorities.0.cert", "nothing", "is missing: the authority has a key", "as cert"],
        ["a key that does not exist", authorities({ name: "a", cert: root.cert, key: { secret: "ca-kye" } }), "security.authorities.0.key", "[hidden]", "names a secret that does not exist (ca-kye)", "did you mean ca-key?"],
        ["a certificate that is none", authorities({ name: "a", cert: "hunter2", key }), "security.authorities.0.cert", "[hidden]", "is not a certificate in PEM", "BEGIN and END"],
        ["a damaged certificate", authorities({ name: "a", cert: root.cert.replace("\n", "\nMIIB"), key }), "security.authorities.0.cert", "[hidden]", "is not a certificate in PEM", "BEGIN and END"],
        ["a certificate of a server", authorities({ name: "a", cert: server.cert, key }), "security.authorities.0.cert", '"CN=server"', "is not of an authority: CN=server may not sign", "of an authority"],
        ["an ended certificate", authorities({ name: "a", cert: ended.cert, key }), "security.authorities.0.cert", '"CN=ended"', "ended on 2020-01-02T00:00:00.000Z (CN=ended)", "that is valid"],
        ["an intermediate without its root", authorities({ name: "a", cert: INTERMEDIATE, key }), "security.authorities.0.cert", '"CN=intermediate"', "does not lead to a root: CN=intermediate is not signed", "in order"],
        ["two authorities of a subject", authorities({ name: "a", cert: root.cert, key }, { name: "b", cert: sameSubject.cert, key }), "security.authorities.1.cert", '"CN=root"', "has the subject of security.authorities.0", "subject of its own"],
    ),
    // prettier-ignore
    "servers": list(
        ["an even ensemble", { zookeeper: { servers: 4 } }, "zookeeper.servers", "4", "is even: it tolerates the loss of 1, the same as 3", "set 3 or 5", "warning"],
        ["words without the health check's", { zookeeper: { fourLetterWords: ["stat"] } }, "zookeeper.fourLetterWords", '["stat"]', "lacks srvr", "add it"],
        ["heap as large as memory", { connect: { heapMb: 896 } }, "connect.heapMb", "896", "less than connect.memoryMb (896)", "lower it"],
        ["records larger than a worker's heap allows", { connect: { heapMb: 300 } }, "kafka.maxMessageBytes", "33554432", "above 1/12 of connect.heapMb (300)", "raise connect.heapMb and connect.memoryMb"],
        ["records larger than a broker's heap allows", { kafka: { heapMb: 200 } }, "kafka.maxMessageBytes", "33554432", "above 1/8 of kafka.heapMb (200)", "set it to 26214400 or less"],
        ["records larger than the JMS broker's heap allows", { jmsBroker: { heapMb: 256 } }, "kafka.maxMessageBytes", "33554432", "above 1/12 of jmsBroker.heapMb (256)", "raise jmsBroker.heapMb"],
        ["records larger than a request", { kafka: { socketRequestMaxBytes: 33_554_432 } }, "kafka.maxMessageBytes", "33554432", "less than kafka.socketRequestMaxBytes (33554432)", "lower it"],
        ["a heap among the flags", { kafka: { jvmFlags: ["-Xmx1g"] } }, "kafka.jvmFlags.0", '"-Xmx1g"', "has a key of its own", "kafka.heapMb"],
        ["replication above brokers", { connect: { replicationFactor: 4 } }, "connect.replicationFactor", "4", "at most kafka.brokers (3)", "add brokers"],
        ["replication above brokers, raw", { kafka: { brokers: 1, config: { "default.replication.factor": 2 } } }, "kafka.config.default.replication.factor", "2", "at most kafka.brokers (1)", "lower it"],
        ["a connector's replication above brokers", source({ "topic.creation.default.replication.factor": 5 }), "connectors.dbz-source.config.topic.creation.default.replication.factor", "5", "at most kafka.brokers", "lower it"],
        ["minISR above brokers", { kafka: { brokers: 1, minInsyncReplicas: 2 } }, "kafka.minInsyncReplicas", "2", "at most kafka.brokers", "lower it"],
        ["minISR above replication", { kafka: { minInsyncReplicas: 3, defaultReplicationFactor: 2 } }, "kafka.minInsyncReplicas", "3", "above the replication factor (2)", "set it to 1"],
        ["minISR equal to replication", { kafka: { minInsyncReplicas: 3 } }, "kafka.minInsyncReplicas", "3", "writes stop when one broker is down", "set it to 2", "warning"],
        ["brokers of one id", { kafka: { config: { "broker.id": 1 } } }, "kafka.config.broker.id", "1", "would be the id of every broker", "remove it"],
        ["listeners", { kafka: { config: { "advertised.listeners": "PLAINTEXT://a:1" } } }, "kafka.config.advertised.listeners", '"PLAINTEXT://a:1"', "would cut the brokers off", "remove it"],
        ["a broker's data elsewhere", { kafka: { config: { "log.dirs": "/tmp" } } }, "kafka.config.log.dirs", '"/tmp"', "outside of the broker's volume", "remove it"],
        ["another ensemble", { kafka: { config: { "zookeeper.connect": "z:2181" } } }, "kafka.config.zookeeper.connect", '"z:2181"', "another ensemble", "remove it"],
        ["a server's data elsewhere", { zookeeper: { config: { dataLogDir: "/tmp" } } }, "zookeeper.config.dataLogDir", '"/tmp"', "outside of the server's volume", "remove it"],
        ["a server's port", { zookeeper: { config: { clientPort: 2181 } } }, "zookeeper.config.clientPort", "2181", "has a key of its own", "set zookeeper.clientPort"],
        ["a server's address", { zookeeper: { config: { "server.0": "z:1:2" } } }, "zookeeper.config.server.0", '"z:1:2"', "would cut the server off", "remove it"],
        ["the provider of secrets", { connect: { config: { "config.providers": "directory", "config.providers.directory.param.allowed.paths": "/" } } }, "connect.config.config.providers.directory.param.allowed.paths", '"/"', "would break the provider of the stack's secrets", "another name"],
        ["TLS of ZooKeeper", { security: { tls: "require" }, zookeeper: { config: { sslQuorum: false } } }, "zookeeper.config.sslQuorum", "false", "would open or break the links", "remove it"],
        ["TLS of a listener", { security: { tls: "offer" }, kafka: { config: { "listener.name.operator.ssl.client.auth": "none" } } }, "kafka.config.listener.name.operator.ssl.client.auth", '"none"', "would open or break the links", "remove it"],
        ["the authorizer", { security: { tls: "offer" }, kafka: { config: { "super.users": "User:eve" } } }, "kafka.config.super.users", '"User:eve"', "would open or break the links", "remove it"],
        ["TLS of a worker", { security: { tls: "prefer" }, connect: { config: { "producer.ssl.truststore.location": "/mine" } } }, "connect.config.producer.ssl.truststore.location", '"/mine"', "would open or break the links", "remove it"],
        ["a worker's address", { connect: { config: { "rest.advertised.port": 80 } } }, "connect.config.rest.advertised.port", "80", "would cut the worker off", "remove it"],
        ["another Kafka cluster", { connect: { config: { "bootstrap.servers": "k:9092" } } }, "connect.config.bootstrap.servers", '"k:9092"', "another Kafka cluster", "remove it"],
        ["a raw group id", { connect: { config: { "group.id": "mine" } } }, "connect.config.group.id", '"mine"', "has a key of its own", "set connect.groupId"],
        ["a raw override policy", { connect: { config: { "connector.client.config.override.policy": "All" } } }, "connect.config.connector.client.config.override.policy", '"All"', "has a key of its own", "set connect.clientConfigOverridePolicy"],
        ["two storage topics of one name", { connect: { statusStorageTopic: "my-connect-configs" } }, "connect.statusStorageTopic", '"my-connect-configs"', "is used twice", "a name of its own"],
        ["a storage topic's name", { connect: { statusStorageTopic: "a b" } }, "connect.statusStorageTopic", '"a b"', "not a valid topic name", "correct it"],
        ["a misspelled setting of PostgreSQL", databaseSetting({ max_slot_wal_keep: "1GB" }), "database.config.max_slot_wal_keep", '"1GB"', "is not a setting of PostgreSQL 15", "did you mean max_slot_wal_keep_size?"],
        ["a setting of PostgreSQL that no one can set", databaseSetting({ block_size: 8192 }), "database.config.block_size", "8192", "is not a setting of PostgreSQL 15", "use one of"],
        ["a size with an unknown unit", databaseSetting({ max_slot_wal_keep_size: "1gb" }), "database.config.max_slot_wal_keep_size", '"1gb"', "a unit such as B, kB, MB, GB, TB or without one (MB)", "correct the value"],
        ["a time with a unit of sizes", databaseSetting({ statement_timeout: "1MB" }), "database.config.statement_timeout", '"1MB"', "a unit such as us, ms, s, min, h, d", "correct the value"],
        ["a count with a unit", databaseSetting({ max_connections: "100MB" }), "database.config.max_connections", '"100MB"', "must be a number", "correct the value"],
        ["a size out of range", databaseSetting({ work_mem: "1kB" }), "database.config.work_mem", '"1kB"', "must be from 64 to 2147483647, in units of kB", "correct the value"],
        ["a switch that is none", databaseSetting({ autovacuum: "o" }), "database.config.autovacuum", '"o"', "must be on or off", "correct the value"],
        ["a word that is not in the list", databaseSetting({ wal_compression: "gzip" }), "database.config.wal_compression", '"gzip"', "must be one of: pglz, lz4, zstd, on, off", "correct the value"],
        ["buffers as large as the container", databaseSetting({ shared_buffers: "512MB" }), "database.config.shared_buffers", '"512MB"', "less than database.memoryMb (512)", "raise database.memoryMb"],
        ["fewer slots than sources", { ...databaseSetting({ max_replication_slots: 1 }), ...secondSource({ "table.include.list": "cdc.customers" }) }, "database.config.max_replication_slots", "1", "less than the number of sources (2)", "raise it"],
        ["the database's address", databaseSetting({ LISTEN_ADDRESSES: "localhost" }), "database.config.LISTEN_ADDRESSES", '"localhost"', "would cut the server off", "remove it"],
        ["the database's port", databaseSetting({ port: 5433 }), "database.config.port", "5433", "has a key of its own", "set database.port"],
        ["the database's data elsewhere", databaseSetting({ data_directory: "/tmp" }), "database.config.data_directory", '"/tmp"', "outside of the server's volume", "remove it"],
        ["a certificate of its own", databaseSetting({ ssl_cert_file: "/c.pem" }), "database.config.ssl_cert_file", '"/c.pem"', "follows from security.tls", "set security.tls instead"],
        ["a log without changes", databaseSetting({ wal_level: "replica" }), "database.config.wal_level", '"replica"', "would end the capture of changes", "remove it"],
        ["settings of a database of others", { database: { managed: false, host: "db", config: { work_mem: "8MB" } }, secrets: { "database-password": "x" } }, "database.config", '{"work_mem":"8MB"}', "only to a PostgreSQL that this stack runs", "on the existing server"],
        ["a queue twice", { jmsBroker: { queues: ["CustomersJSON", "CustomersXML", "CustomersXML"] } }, "jmsBroker.queues.2", '"CustomersXML"', "twice", "remove one"],
        ["a topic of the JMS broker twice", { jmsBroker: { topics: ["T", "T"] } }, "jmsBroker.topics.1", '"T"', "twice", "remove one"],
        ["a topic of a queue's name", { jmsBroker: { topics: ["CustomersXML"] } }, "jmsBroker.topics.0", '"CustomersXML"', "is in jmsBroker.queues, too", "rename one"],
        ["an external database without host", { database: { managed: false }, secrets: { "database-password": "x" } }, "database.host", "nothing", "is missing", "set it"],
        ["authorities of a database that the stack runs", { database: { ca: "-----BEGIN CERTIFICATE-----" } }, "database.ca", '"-----BEGIN CERTIFICATE-----"', "would not be used", "remove it"],
        ["authorities of a database that are no PEM", { database: { managed: false, host: "h", ca: "/ca.pem" }, secrets: { "database-password": "x" } }, "database.ca", '"/ca.pem"', "must be certificates in PEM", ""],
        ["an external broker without URL", { jmsBroker: { managed: false }, secrets: { "jms-password": "x" } }, "jmsBroker.url", "nothing", "is missing", "set it"],
        ["a host that would not be used", { database: { host: "db" } }, "database.host", '"db"', "would not be used", "database.managed: false"],
    ),
    // prettier-ignore
    "secrets": list(
        ["an external database without password", { database: { managed: false, host: "h" } }, "database.passwordSecret", "[hidden]", "(database-password)", "--secret --path 'connect-cdc:secrets.database-password'"],
        ["a reference to nothing", other({ p: { secret: "nope" } }), "connectors.mine.config.p", "[hidden]", "does not exist (nope)", "pulumi config set --secret"],
        ["a misspelt reference", other({ p: { secret: "jms-pasword" } }), "connectors.mine.config.p", "[hidden]", "does not exist (jms-pasword)", "did you mean jms-password?"],
        ["a password for a secret's name", other({ p: { secret: "hunter 2!" } }), "connectors.mine.config.p", "[hidden]", "is not a valid name of a secret", "under secrets"],
        ["secrets that are not an object", { secrets: "hunter2" }, "secrets", "[hidden]", "must be an object", "secrets.<name>"],
        ["a secret that is a number", { secrets: { pin: 4711 } }, "secrets.pin", "[hidden]", "must be text", "--type string"],
        ["a secret whose name is not a file name", { secrets: { "../x": "v" } }, "secrets.../x", "[hidden]", "letters, digits", "rename it"],
        ["a secret at an invalid path", { connectors: {} }, "connectors", "[hidden]", "holds a secret value", "{secret: <name>}", ["connectors"]],
        ["a plain-text password", source({ "database.password": "hunter2" }), "connectors.dbz-source.config.database.password", "[hidden]", "plain-text password", "{secret: <name>}"],
        ["a password in a URL", other({ "connection.url": "jdbc:x://me:hunter2@db/x" }), "connectors.mine.config.connection.url", "[hidden]", "holds a plain-text password", "{secret: <name>}"],
        ["a plain-text JAAS config", { ...sink({ "consumer.override.sasl.jaas.config": "x password=hunter2;" }), connect: { clientConfigOverridePolicy: "All" } }, "connectors.json-jms-sink.config.consumer.override.sasl.jaas.config", "[hidden]", "plain-text password", "{secret: <name>}"],
        ["a password by its definition", sink({ "java.naming.security.credentials": "hunter2" }), "connectors.json-jms-sink.config.java.naming.security.credentials", "[hidden]", "plain-text password", "{secret: <name>}"],
        ["a secret in the folder of an old version", other({ p: "tcp://${directory:/run/secrets/connect-cdc:database-password}@h" }), "connectors.mine.config.p", '"tcp://${directory:/run/secrets/connect-cdc:database-password}@h"', "outside of the connector's own folder", "within a longer text ${directory:/run/secrets/connect-cdc/mine:<name>}"],
        ["a secret of another connector", other({ p: "${directory:/run/secrets/connect-cdc/dbz-source:database-password}" }), "connectors.mine.config.p", '"${directory:/run/secrets/connect-cdc/dbz-source:database-password}"', "outside of the connector's own folder", "write {secret: <name>}"],
        ["a secret within a text, without a value", other({ p: "tcp://${directory:/run/secrets/connect-cdc/mine:pwd}@h" }), "connectors.mine.config.p", "[hidden]", "names a secret that does not exist (pwd)", "secrets.pwd"],
        ["a name too long for a folder", { connectors: { ["a".repeat(201)]: { class: "a.B", tasksMax: 1, state: "running", config: {} } } }, `connectors.${"a".repeat(201)}`, `"${"a".repeat(57)} ... ${"a".repeat(56)}"`, "at most 200", "rename it"],
        ["a provider that is not configured", other({ p: "${vault:x}" }), "connectors.mine.config.p", '"${vault:x}"', "do not have (vault)", "directory"],
    ),
    // prettier-ignore
    "plugins": list(
        ["two sources", plugin({ maven: "a:b:1", path: "/x" }), "connect.plugins.p", "{", "exactly one of", "maven: null"],
        ["no source", plugin({ libraries: [] }), "connect.plugins.p", "{", "exactly one of", "where it comes from"],
        ["a download without checksum", plugin({ url: "https://h/x.zip" }), "connect.plugins.p.sha512", "nothing", "is missing", "sha512sum"],
        ["an invalid checksum", plugin({ url: "https://h/x.zip", sha512: "abc" }), "connect.plugins.p.sha512", '"abc"', "128 hex digits", "sha512sum"],
        ["an invalid URL", plugin({ url: "ftp://h/x.zip", sha512 }), "connect.plugins.p.url", '"ftp://h/x.zip"', "not an http or https URL", "correct it"],
        ["a password in a download's URL", plugin({ url: "https://me:hunter2@h/x.zip", sha512 }), "connect.plugins.p.url", '"https://[hidden]@h/x.zip"', "holds a password", "path"],
        ["malformed coordinates", plugin({ maven: "a.b" }), "connect.plugins.p.maven", '"a.b"', "not a Maven coordinate", "group:artifact:version"],
        ["malformed coordinates of a library", plugin({ path: "/x", libraries: ["a:b:1", "a:b"] }), "connect.plugins.p.libraries.1", '"a:b"', "not a Maven coordinate", "group:artifact:version"],
        ["a version that moves", plugin({ maven: "a:b:1-SNAPSHOT" }), "connect.plugins.p.maven", '"a:b:1-SNAPSHOT"', "no fixed version", "name a release"],
        ["a name that is not a folder name", { connect: { plugins: { "a/b": { path: "/x" } } } }, "connect.plugins.a/b", '"a/b"', "letters, digits", "rename it"],
        ["two names of one folder", { connect: { plugins: { Transforms: { path: "/x" } } } }, "connect.plugins.Transforms", '"Transforms"', "same folder as transforms", "rename it"],
    ),
    // prettier-ignore
    "connectors": list(
        ["no class", { connectors: { c: { tasksMax: 1, state: "running", config: {} } } }, "connectors.c.class", "nothing", "is missing", "set it"],
        ["an invalid class", other({}, { class: "a b" }), "connectors.mine.class", '"a b"', "not a Java class name", "full name"],
        ["an invalid state", source({}, { state: "on" }), "connectors.dbz-source.state", '"on"', "running, paused or stopped", 'default, "running"'],
        ["an invalid key", { connectors: { "a/b": { class: "a.B", tasksMax: 1, state: "running", config: {} } } }, "connectors.a/b", '"a/b"', "cannot be a key under connectors", "rename it"],
        ["an invalid name", other({}, { name: "a/b" }), "connectors.mine.name", '"a/b"', "cannot be the name of a connector: ; {", "choose another one"],
        ["a name that another connector has", other({}, { name: "dbz-source" }), "connectors.mine.name", '"dbz-source"', "is the name of two connectors", "rename one"],
        ["a password within a URL of JDBC", other({ url: "jdbc:x://h/d?user=a&password=hunter2" }), "connectors.mine.config.url", "[hidden]", "holds a plain-text password", "{secret: <name>}"],
        ["name inside config", other({ name: "x" }), "connectors.mine.config.name", '"x"', "does not belong here", "as name, beside"],
        ["connector.class inside config", other({ "connector.class": "x" }), "connectors.mine.config.connector.class", '"x"', "does not belong here", "class, beside"],
        ["tasks.max inside config", other({ "tasks.max": 2 }), "connectors.mine.config.tasks.max", "2", "does not belong here", "tasksMax"],
        ["a null value", other({ a: null }), "connectors.mine.config.a", "null", "removes nothing", "leave it out"],
        ["a nested value", other({ a: { b: 1 } }), "connectors.mine.config.a", '{"b":1}', "must be text, a number", "correct it"],
        ["a list", other({ a: ["x", "y"] }), "connectors.mine.config.a", '["x","y"]', "must be text, a number", "correct it"],
        ["a key with a blank", other({ "a ": 1 }), "connectors.mine.config.a ", "1", "begins or ends with blanks", "correct the key"],
        ["minTasks above tasksMax", other({}, { minTasks: 2 }), "connectors.mine.minTasks", "2", "above tasksMax (1)", "raise tasksMax"],
        ["an override that the workers refuse", other({ "producer.override.acks": "all" }), "connectors.mine.config.producer.override.acks", '"all"', "is refused by the workers", "clientConfigOverridePolicy"],
    ),
    // prettier-ignore
    "sources": list(
        ["two tasks", source({}, { tasksMax: 2 }), "connectors.dbz-source.tasksMax", "2", "has no effect: Debezium runs one task", "set it to 1", "warning"],
        ["a rename of a declared connector", source({}, { renamedFrom: "json-jms-sink" }), "connectors.dbz-source.renamedFrom", '"json-jms-sink"', "which the rename would delete", "remove it"],
        ["no prefix", { connectors: { "dbz-source": { config: { "topic.prefix": null } }, "json-jms-sink": null, "xml-jms-sink": null } }, "connectors.dbz-source.config.topic.prefix", "nothing", "is missing", "set it"],
        ["a slot's name", source({ "slot.name": "Slot-1" }), "connectors.dbz-source.config.slot.name", '"Slot-1"', "not a valid name of a replication slot", "correct it"],
        ["a publication's name", source({ "publication.name": "Shop" }), "connectors.dbz-source.config.publication.name", '"Shop"', "not a valid name of a publication for Debezium: use no capital letters", "RENAME TO"],
        ["the name of the publication of two sources", { ...secondSource({ "topic.prefix": "second" }), database: { publication: "Shop" } }, "database.publication", '"Shop"', "not a valid name of a publication", "correct it"],
        ["offsets in a topic of its own", source({ "offsets.storage.topic": "mine" }), "connectors.dbz-source.config.offsets.storage.topic", '"mine"', "is not the workers' topic (my-connect-offsets): with exactly-once support a reset", "connect.exactlyOnceSource: disabled", "warning"],
        ["one slot for two", secondSource({ "slot.name": "dbz_source" }), "connectors.second.config.slot.name", '"dbz_source"', "is the slot of dbz-source, too", "each its own"],
        ["one prefix and one table for two", secondSource({ "topic.prefix": "localhost", "table.include.list": "cdc\\.(customers|orders)" }), "connectors.second.config.topic.prefix", '"localhost"', "is the prefix of dbz-source, too, and both capture cdc.customers: each of its changes arrives twice", "each its own"],
        ["one prefix and all tables for two", { ...secondSource({ "topic.prefix": "localhost" }), database: { tables: null } }, "connectors.second.config.topic.prefix", '"localhost"', "both capture the same tables", "each its own"],
        ["one prefix and one table of two databases", secondSource({ "topic.prefix": "localhost", "table.include.list": "cdc.customers", "database.hostname": "b" }), "connectors.second.config.topic.prefix", '"localhost"', "one topic gets the rows of both", "each its own", "warning"],
        ["one prefix for two with other tables", secondSource({ "topic.prefix": "localhost", "publication.name": "second", "table.include.list": "cdc.orders" }), "connectors.second.config.topic.prefix", '"localhost"', "their metrics have one name", "custom.metric.tags", "warning"],
        ["one publication that two rewrite", secondSource({ "publication.autocreate.mode": "filtered" }), "connectors.second.config.publication.name", '"dbz_publication"', "is the publication of dbz-source, too", "disabled"],
        ["included and excluded", source({ "table.include.list": "cdc.customers", "table.exclude.list": "a.b" }), "connectors.dbz-source.config.table.exclude.list", '"a.b"', "cannot be combined with table.include.list", "keep one"],
        ["a snapshot at each start", source({ "snapshot.mode": "always" }), "connectors.dbz-source.config.snapshot.mode", "\"always\"", "takes a whole snapshot at each start", "initial", "warning"],
        ["a slot that every restart drops", source({ "slot.drop.on.stop": true }), "connectors.dbz-source.config.slot.drop.on.stop", "\"true\"", "drops the slot whenever the task ends", "onDelete.database.slot: drop", "warning"],
        ["a failover slot on the stack's own server", source({ "slot.failover": true }), "connectors.dbz-source.config.slot.failover", "true", "needs PostgreSQL 17 with a standby", "remove it"],
        ["a driver that confirms rows too early", source({ "lsn.flush.mode": "connector_and_driver" }), "connectors.dbz-source.config.lsn.flush.mode", "\"connector_and_driver\"", "a worker that is killed loses them, and the source does not start again", "heartbeat.action.query", "warning"],
        ["a source that follows its slot", source({ "offset.mismatch.strategy": "TRUST_GREATER_LSN" }), "connectors.dbz-source.config.offset.mismatch.strategy", "\"TRUST_GREATER_LSN\"", "skips whatever is between the offsets and the slot", "remove it", "warning"],
        ["a heartbeat that never beats", source({ "heartbeat.interval.ms": 0 }), "connectors.dbz-source.config.heartbeat.interval.ms", "\"0\"", "lets heartbeat.action.query never run", "5000", "warning"],
        ["a source that drops records", source({ "errors.tolerance": "all" }), "connectors.dbz-source.config.errors.tolerance", '"all"', "without a trace: a source has no dead letter topic", "none"],
        ["a source that logs the records that it drops", source({ "errors.tolerance": "all", "errors.log.enable": true }), "connectors.dbz-source.config.errors.tolerance", '"all"', "only the worker's log names them", "none", "warning"],
        ["an adopted source that drops records", source({ "errors.tolerance": "all" }, { adopt: true }), "connectors.dbz-source.config.errors.tolerance", '"all"', "without a trace", "none", "warning"],
    ),
    // prettier-ignore
    "tables": list(
        ["a table without schema", tables({ orders: {} }), "database.tables.orders", "{}", "is not the name of a table", "write schema.table"],
        ["a name of three parts", tables({ "cdcdb.cdc.orders": {} }), "database.tables.cdcdb.cdc.orders", "{}", "is not the name of a table", '"my.schema"."a.b"'],
        ["a pattern", tables({ "cdc.order*": {} }), "database.tables.cdc.order*", "{}", "is a pattern", "cdc.* for all tables"],
        ["a blank at the end", tables({ 'cdc."a "': {} }), 'database.tables.cdc."a "', "{}", "begins or ends with a blank", "rename"],
        ["a long name", tables({ [`cdc.${"ä".repeat(32)}`]: {} }), `database.tables.cdc.${"ä".repeat(32)}`, "{}", "63 bytes", "correct it"],
        ["a table twice", tables({ 'cdc."Customers"': {} }), 'database.tables.cdc."Customers"', "{}", "the same table as cdc.customers", "remove one"],
        ["the signal table", tables({ "cdc.debezium_signal": {} }), "database.tables.cdc.debezium_signal", "{}", "is the signal table", "remove it"],
        ["an unknown key of a table", tables({ "cdc.orders": { snapshots: "none" } }), "database.tables.cdc.orders.snapshots", '"none"', "is not known", "did you mean snapshot?"],
        ["an unknown snapshot", tables({ "cdc.orders": { snapshot: "initial" } }), "database.tables.cdc.orders.snapshot", '"initial"', "must be incremental, blocking or none", "correct it"],
        ["an unknown identity", tables({ "cdc.orders": { replicaIdentity: "FULL" } }), "database.tables.cdc.orders.replicaIdentity", '"FULL"', "must be default, full, nothing or {index: name}", "correct it"],
        ["an index of a schema", tables({ "sales.*": { replicaIdentity: { index: "i" } } }), "database.tables.sales.*.replicaIdentity", '{"index":"i"}', "belongs to one table", "list the table"],
        ["a snapshot without signals", tables({ "cdc.orders": { snapshot: "blocking" } }, { signalTable: null }), "database.tables.cdc.orders.snapshot", '"blocking"', "needs a signal table", "database.signalTable"],
        ["a signal table in capitals", { database: { signalTable: "cdc.Signals" } }, "database.signalTable", '"cdc.Signals"', "lower-case letters", "correct it"],
        ["a URL of the own database", { secrets: { u: "x" }, database: { tablesUrl: { secret: "u" } } }, "database.tablesUrl", '{"secret":"[hidden]"}', "would not be used", "database.managed: false"],
        ["an unknown secret", { secrets: { "database-password": "x" }, database: { ...foreign, tablesUrl: { secret: "u" } } }, "database.tablesUrl", "[hidden]", "names a secret that does not exist (u)", "pulumi config set --secret"],
        ["tables to manage without their owner", { secrets: { "database-password": "x" }, database: { ...foreign, manageTables: true } }, "database.manageTables", "true", "needs the URL", "database.tablesUrl"],
        ["no table at all", { ...tables({ "cdc.customers": null }), connectors: { "json-jms-sink": null, "xml-jms-sink": null } }, "database.tables", "{}", "dbz-source would capture every table", "add a table"],
        ["tables of a sink", sink({}, { tables: { "cdc.orders": {} } }), "connectors.json-jms-sink.tables", '{"cdc.orders":{}}', "Debezium PostgreSQL source only", "remove it"],
        ["a URL without tables", { secrets: { u: "x" }, ...source({}, { tablesUrl: { secret: "u" } }) }, "connectors.dbz-source.tablesUrl", '{"secret":"[hidden]"}', "has no effect without", "set both"],
        ["two lists of one publication", ownTables({}), "connectors.second.tables", '{"cdc.orders":{}}', "is a second list of publication dbz_publication, beside database.tables", "connectors.second.config.publication.name"],
        ["tables of an unknown database", ownTables({ "database.hostname": "db.example.com" }), "connectors.second.tables", '{"cdc.orders":{}}', "URL is not known", "connectors.second.tablesUrl: {secret: <name>}"],
        ["two tables with one topic", tables({ "cdc.Order Items": {}, "cdc.Order_Items": {} }), "database.tables", '"cdc.Order_Items"', "which is the topic of cdc.Order Items, too", "topic.prefix", "warning"],
        ["two tables with topics that Kafka does not distinguish", tables({ 'cdc."a.b"': {}, "cdc.a_b": {} }), "database.tables", '"cdc.a_b"', "differ in . and _ only", "rename", "warning"],
        ["two tables with one topic in a source's list", { ...tables({ "cdc.größe": {}, "cdc.gr__e": {} }), ...source({ "table.include.list": "cdc.customers,cdc.größe,cdc.gr__e" }) }, "connectors.dbz-source.config.table.include.list", '"cdc.gr__e"', "which is the topic of cdc.größe, too", "rename", "warning"],
        ["a source's list with other tables", source({ "table.include.list": "cdc\\.orders,cdc.customers" }), "connectors.dbz-source.config.table.include.list", '"cdc\\\\.orders,cdc.customers"', "captures cdc.orders, and database.tables does not list it", "remove it", "warning"],
        ["a source's list without a table", { ...tables({ "cdc.orders": {} }), ...source({ "table.include.list": "cdc.customers" }) }, "connectors.dbz-source.config.table.include.list", '"cdc.customers"', "does not capture cdc.orders, and database.tables lists it", "remove it", "warning"],
    ),
    // prettier-ignore
    "sinks": list(
        ["no topics", sink({ topics: null }), "connectors.json-jms-sink.config.topics", "nothing", "a sink must read something", "topics.regex"],
        ["topics and a pattern", sink({ "topics.regex": "localhost.*" }), "connectors.json-jms-sink.config.topics.regex", '"localhost.*"', "cannot be combined with topics", "keep one"],
        ["a topic that no source makes", sink({ topics: "localhost.cdc.customer" }), "connectors.json-jms-sink.config.topics", '"localhost.cdc.customer"', "no source makes", "did you mean localhost.cdc.customers?"],
        ["a table that is not captured", sink({ topics: "localhost.cdc.customers,localhost.cdc.orders" }), "connectors.json-jms-sink.config.topics", '"localhost.cdc.orders"', "no source makes", "add its table to database.tables"],
        ["the topic of another table's name", { ...tables({ "cdc.Order Items": {} }), ...sink({ topics: "localhost.cdc.Order_Item" }) }, "connectors.json-jms-sink.config.topics", '"localhost.cdc.Order_Item"', "no source makes", "did you mean localhost.cdc.Order_Items?"],
        ["a topic of another program", sink({ topics: "shop-orders-of-another-program" }), "connectors.json-jms-sink.config.topics", '"shop-orders-of-another-program"', "is known to make", "check its name", "warning"],
        ["a pattern that matches nothing", sink({ topics: null, "topics.regex": "localhost\\.cdc\\.orders.*" }), "connectors.json-jms-sink.config.topics.regex", '"localhost\\\\.cdc\\\\.orders.*"', "matches no topic", "localhost.cdc.customers"],
        ["a topic twice", sink({ topics: "localhost.cdc.customers,localhost.cdc.customers" }), "connectors.json-jms-sink.config.topics", '"localhost.cdc.customers"', "twice", "remove one"],
        ["a topic's name", sink({ topics: "a b" }), "connectors.json-jms-sink.config.topics", '"a b"', "not a valid topic name", "correct it"],
        ["bad records without a topic", sink({ "errors.tolerance": "all" }), "connectors.json-jms-sink.config.errors.tolerance", '"all"', "without a trace: there is no dead letter topic", "errors.deadletterqueue.topic.name"],
        ["bad records in the log only", sink({ "errors.tolerance": "all", "errors.log.enable": "TRUE" }), "connectors.json-jms-sink.config.errors.tolerance", '"all"', "only the worker's log names them", "errors.deadletterqueue.topic.name", "warning"],
        ["bad records of a sink that is taken over", sink({ "errors.tolerance": "all", "java.naming.provider.url": "tcp://h:1", "java.naming.factory.initial": "a.B" }, { addDefaults: false }), "connectors.json-jms-sink.config.errors.tolerance", '"all"', "without a trace", "errors.deadletterqueue.topic.name", "warning"],
        ["dead letters on too few brokers", { kafka: { brokers: 1 }, ...sink({ "errors.deadletterqueue.topic.name": "dead" }) }, "connectors.json-jms-sink.config.errors.deadletterqueue.topic.replication.factor", "nothing", "its default is 3", "lower it"],
        ["deletes without their mark", sink({ "transforms.write.delete.handling": "emit" }), "connectors.json-jms-sink.config.jms.forward.kafka.headers", "nothing", "the only mark of an emitted delete", "set it to true"],
        ["deletes of a source's writer without their mark", { connectors: { "dbz-source": { config: { transforms: "w", "transforms.w.type": "XmlWriter", "transforms.w.delete.handling": "emit" } }, "xml-jms-sink": null } }, "connectors.json-jms-sink.config.jms.forward.kafka.headers", "nothing", "the only mark of an emitted delete", "set it to true"],
        ["a placeholder that the sinks do not know", { connectors: { "dbz-source": { config: { "unavailable.value.placeholder": "n/a" } }, "xml-jms-sink": null } }, "connectors.json-jms-sink.config.transforms.write.unavailable.value.placeholder", "nothing", "differs from unavailable.value.placeholder of dbz-source", "set it to n/a"],
        ["a placeholder that the source does not send", sink({ "transforms.write.unavailable.value.placeholder": "n/a" }), "connectors.json-jms-sink.config.transforms.write.unavailable.value.placeholder", '"n/a"', "differs from unavailable.value.placeholder of dbz-source", "set it to __debezium_unavailable_value"],
        ["deletes with keys that name nothing", { connectors: { "dbz-source": { config: { "key.converter": "org.apache.kafka.connect.storage.StringConverter" } }, "json-jms-sink": { config: { topics: null, "topics.regex": ".*customers", "jms.forward.kafka.headers": true, "transforms.write.delete.handling": "emit" } } } }, "connectors.json-jms-sink.config.transforms.write.delete.handling", '"emit"', "dbz-source writes them by StringConverter", "key.converter.schemas.enable: false for dbz-source"],
        ["a queue that is not declared", sink({ "jms.destination.name": "CustomerJSON" }), "connectors.json-jms-sink.config.jms.destination.name", '"CustomerJSON"', "is not in jmsBroker.queues", "did you mean CustomersJSON?"],
        ["a topic that is not declared", sink({ "jms.destination.type": "topic", "jms.destination.name": "Customers" }), "connectors.json-jms-sink.config.jms.destination.name", '"Customers"', "is not in jmsBroker.topics", "add it to jmsBroker.topics"],
        ["a queue that is declared as a topic", { jmsBroker: { topics: ["Customers"] }, ...sink({ "jms.destination.name": "Customers" }) }, "connectors.json-jms-sink.config.jms.destination.name", '"Customers"', "is not in jmsBroker.queues", "set jms.destination.type: topic"],
        ["a queue of a topic's records that is not declared", sink({ "jms.destination.name": "rows.${topic}" }), "connectors.json-jms-sink.config.jms.destination.name", '"rows.localhost.cdc.customers"', "is not in jmsBroker.queues", "add it"],
        ["a priority that is no number", sink({ "jms.priority": "high" }), "connectors.json-jms-sink.config.jms.priority", '"high"', "must be a whole number from 0 to 9", "${header.NAME}"],
        ["a number under the name of the commercial sink", sink({ "jms.producer.priority": 10 }), "connectors.json-jms-sink.config.jms.producer.priority", '"10"', "must be a whole number from 0 to 9", "correct it"],
        ["a sink without a broker", sink({ "java.naming.factory.initial": "org.apache.activemq.jndi.ActiveMQInitialContextFactory" }, { addDefaults: false }), "connectors.json-jms-sink.config.java.naming.provider.url", "nothing", "is missing", "set it, or jms.connection.factory.class"],
        ["a class beside JNDI", byClass({ "java.naming.provider.url": "tcp://a:1" }), "connectors.json-jms-sink.config.java.naming.provider.url", '"tcp://a:1"', "cannot be combined with jms.connection.factory.class", "remove one"],
        ["a delay before the message", sink({ "jms.delivery.delay.ms": -1 }), "connectors.json-jms-sink.config.jms.delivery.delay.ms", '"-1"', "must be a whole number of 0 or more", "correct it"],
        ["a state queue that is not declared", sink({ "exactly.once.state.queue": "States" }), "connectors.json-jms-sink.config.exactly.once.state.queue", '"States"', "is not in jmsBroker.queues", "add it to jmsBroker.queues"],
        ["states among the rows", sink({ "exactly.once.state.queue": "CustomersJSON" }), "connectors.json-jms-sink.config.exactly.once.state.queue", '"CustomersJSON"', "is the queue of jms.destination.name", "set it to another queue"],
        ["exactly once and ids of duplicates", states({ "jms.duplicate.detection": true }), "connectors.json-jms-sink.config.jms.duplicate.detection", '"true"', "cannot be combined with exactly.once.state.queue", "remove it"],
        ["exactly once for messages that do not last", states({ "jms.delivery.mode": "non_persistent" }), "connectors.json-jms-sink.config.jms.delivery.mode", '"non_persistent"', "cannot be combined with exactly.once.state.queue", "set it to persistent"],
        ["a queue of another address", sink({ "jms.destination.name": "CustomersJSON::other" }), "connectors.json-jms-sink.config.jms.destination.name", '"CustomersJSON::other"', "is not in jmsBroker.queues", "add it"],
        ["a queue of a topic that is not declared", sink({ "jms.destination.name": "Customers::audit" }), "connectors.json-jms-sink.config.jms.destination.name", '"Customers::audit"', "is not in jmsBroker.queues", "add it"],
    ),
    // prettier-ignore
    "the plugins' definitions": list(
        ["an unknown class", sink({}, { class: "dev.connectcdc.jms.JmsSinkConector" }), "connectors.json-jms-sink.class", '"dev.connectcdc.jms.JmsSinkConector"', "no plugin of connect.plugins has", "did you mean dev.connectcdc.jms.JmsSinkConnector?"],
        ["an unknown setting", sink({ "jms.priorty": 4 }), "connectors.json-jms-sink.config.jms.priorty", '"4"', "is not a setting of the plugin", "did you mean jms.priority?"],
        ["an unknown setting that may be one", sink({ "jms.prio": 4 }), "connectors.json-jms-sink.config.jms.prio", '"4"', "is not a setting of the plugin", "did you mean", "warning"],
        ["a setting of a commercial sink that has another name", sink({ "mq.offsets.queue.name": "S" }), "connectors.json-jms-sink.config.mq.offsets.queue.name", '"S"', "is not a setting of the plugin", "set exactly.once.state.queue instead", "warning"],
        ["a setting of JNDI that the sink does not pass on", sink({ "java.naming.referral": "follow" }), "connectors.json-jms-sink.config.java.naming.referral", '"follow"', "is not a setting of the plugin", "remove it", "warning"],
        ["a setting of the commercial sink that is not needed", sink({ "jms.connection.max.retries": 1 }), "connectors.json-jms-sink.config.jms.connection.max.retries", '"1"', "is not a setting of the plugin", "without a limit", "warning"],
        ["an unknown setting beside the one it looks like", sink({ "jms.priorty": 4, "jms.priority": 4 }), "connectors.json-jms-sink.config.jms.priorty", '"4"', "is not a setting of the plugin", "did you mean jms.priority?", "warning"],
        ["a misspelt setting that a source could pass on", source({ "database.sslmod": "require" }), "connectors.dbz-source.config.database.sslmod", '"require"', "is not a setting of the plugin", "did you mean database.sslmode?"],
        ["an invalid number", source({ "max.batch.size": "many" }), "connectors.dbz-source.config.max.batch.size", '"many"', "must be a whole number", "correct it"],
        ["a number too large", source({ "max.batch.size": 3_000_000_000 }), "connectors.dbz-source.config.max.batch.size", '"3000000000"', "to 2147483647", "correct it"],
        ["an invalid boolean", source({ "slot.drop.on.stop": "yes" }), "connectors.dbz-source.config.slot.drop.on.stop", '"yes"', "must be true or false", "correct it"],
        ["a value out of a list", sink({ "jms.delivery.mode": "persistant" }), "connectors.json-jms-sink.config.jms.delivery.mode", '"persistant"', "must be one of: persistent, non_persistent", "did you mean persistent?"],
        ["one of Connect's own values", sink({ "errors.tolerance": "some" }), "connectors.json-jms-sink.config.errors.tolerance", '"some"', "must be one of: none, all", "did you mean"],
        ["a required setting removed", sink({ "jms.destination.name": null }), "connectors.json-jms-sink.config.jms.destination.name", "nothing", "is missing", "set it"],
        ["an unknown transform", sink({ "transforms.write.type": "dev.connectcdc.transforms.JsonWritter" }), "connectors.json-jms-sink.config.transforms.write.type", '"dev.connectcdc.transforms.JsonWritter"', "no plugin of connect.plugins has", "did you mean dev.connectcdc.transforms.JsonWriter?"],
        ["a transform without type", sink({ transforms: "write,more" }), "connectors.json-jms-sink.config.transforms.more.type", "nothing", "transforms names more", "Java class"],
        ["a setting of no transform", sink({ "transforms.wrte.x": 1 }), "connectors.json-jms-sink.config.transforms.wrte.x", '"1"', "belongs to no alias", "add it to transforms", "warning"],
        ["a transform's value", sink({ "transforms.write.delete.handling": "drp" }), "connectors.json-jms-sink.config.transforms.write.delete.handling", '"drp"', "must be one of: drop, emit", "did you mean drop?"],
        ["a transform's unknown setting", sink({ "transforms.write.decimal.formt": "x" }), "connectors.json-jms-sink.config.transforms.write.decimal.formt", '"x"', "is not a setting of the plugin", "did you mean decimal.format?"],
        ["a password of a transform that has no definition", sink({ "transforms.write.password": "hunter2" }), "connectors.json-jms-sink.config.transforms.write.password", "[hidden]", "plain-text password", "{secret: <name>}"],
        ["a predicate that does not exist", sink({ "transforms.write.predicate": "isOld" }), "connectors.json-jms-sink.config.transforms.write.predicate", '"isOld"', "is not in predicates", "remove it"],
        ["a predicate without a required setting", sink({ predicates: "p", "predicates.p.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches" }), "connectors.json-jms-sink.config.predicates.p.pattern", "nothing", "is missing", "set it"],
        ["an unknown converter", sink({ "value.converter": "org.apache.kafka.connect.json.JsonConvertor" }), "connectors.json-jms-sink.config.value.converter", '"org.apache.kafka.connect.json.JsonConvertor"', "no plugin of connect.plugins has", "did you mean org.apache.kafka.connect.json.JsonConverter?"],
    ),
};

describe.each(Object.entries(CASES))("%s", (_group, cases) => {
    it.each(cases)("$name", ({ raw, path, value, rule, remedy, warning, secretKeys }) => {
        const findings = findingsOf(raw, secretKeys);
        expect(findings.map((problem) => problem.path)).toEqual([path]);
        const [problem] = findings;
        expect(shownValue(path, problem!.value).slice(0, value === "{" ? 1 : undefined)).toBe(value);
        expect(problem!.rule).toContain(rule);
        expect(problem!.remedy).toContain(remedy);
        expect(Boolean(problem!.warning)).toBe(warning);
        expect(problemLine(problem!)).not.toMatch(/hunter|4711|pw1/);
    });
});

it("the plugin decides what is a sink, not a setting: a source may name topics, also by patterns", () => {
    const plugins = ["source", "sink"].map((type) => ({
        class: `a.Mirror${type}`,
        type,
        version: "1",
        folder: "mirror",
        config: [],
    }));
    const problemsOf = (type: string) => {
        const mirror = { class: `a.Mirror${type}`, tasksMax: 1, state: "running", config: { topics: "orders.*" } };
        const config = parseConfig({ connectors: { mirror } });
        return definitionProblems(config, { plugins: [...definitions.plugins, ...plugins] });
    };
    expect(problemsOf("source")).toEqual([]);
    expect(problemsOf("sink").map(({ rule }) => rule)).toEqual([expect.stringContaining("is not a valid topic name")]);
});

describe("the error", () => {
    const raw = {
        kafka: { version: "latest", heapMb: 1, placement: ["lcal"], port: 7072, broker: 1 },
        zookeeper: { servers: "three", clientPort: 7071, heapMb: 500 },
        connect: { port: 7071, replicationFactor: 4, workers: 1 },
        hosts: { local: { bindAddress: "0.0.0.0" } },
        security: { tls: "prefer" },
        jmsBroker: { queues: ["CustomersJSON", "CustomersXML", "CustomersXML"] },
        connectors: { broken: { tasksMax: 1 }, "dbz-source": { tasksMax: 2 } },
        secrets: { pin: 4711 },
    };

    it("has all problems at once, but none that may result from a default instead of an invalid value", () => {
        const paths = findingsOf(raw).map((problem) => problem.path);
        expect(paths.sort()).toEqual(
            [
                "secrets.pin",
                "hosts.local.bindAddress",
                "kafka.broker",
                "kafka.heapMb",
                "kafka.placement.0",
                "kafka.version",
                "zookeeper.heapMb",
                "zookeeper.servers",
                "connect.replicationFactor",
                "connectors.broken.class",
                "connectors.broken.config",
                "connectors.broken.state",
                "jmsBroker.queues.2",
            ].sort(),
        );
    });

    it("has path, value, rule and remedy of each in one line", () => {
        expect(() => parseConfig(raw)).toThrow(/the stack config has 13 problems; nothing was changed:\n/);
        expect(() => parseConfig(raw)).toThrow(
            '\n  zookeeper.servers = "three": must be a number of servers; correct it, or leave it out for the default, 3\n',
        );
    });

    it("shows no password at any path", () => {
        const config = { "database.password": ["hunter2"] };
        const wrong = { connectors: { "dbz-source": { config, state: "on" } }, kafka: { password: "hunter3" } };
        expect(() => parseConfig(wrong)).toThrow(/3 problems/);
        expect(() => parseConfig(wrong)).not.toThrow(/hunter/);
    });
});

describe("no false alarm", () => {
    const connector = (connectorClass: string, config: Raw) => ({
        class: connectorClass,
        tasksMax: 1,
        state: "running",
        config,
    });
    const POSTGRES = "io.debezium.connector.postgresql.PostgresConnector";
    const JMS = "dev.connectcdc.jms.JmsSinkConnector";
    const KAFKA = "org.apache.kafka.connect";

    it("for a stack that configures nothing", () => {
        expect(findingsOf({})).toEqual([]);
    });

    // Written as in the field, each beside the default pipeline.
    it.each<[string, Raw]>([
        [
            "a source with patterns, masks, converters, signals and an outbox",
            {
                shop: connector(POSTGRES, {
                    "topic.prefix": "shop",
                    "publication.name": "shop",
                    "table.include.list": "public\\.(orders|items)_\\d+,public\\.outbox",
                    "column.mask.with.12.chars": "public.users.email",
                    "column.mask.hash.SHA-256.with.salt.CzQMA0cB5K": "public.orders.customer",
                    "snapshot.select.statement.overrides": "public.orders",
                    "snapshot.select.statement.overrides.public.orders": "select * from public.orders limit 10",
                    "signal.data.collection": "public.signals",
                    "signal.kafka.topic": "signals",
                    "database.sslmode": "require",
                    "topic.heartbeat.prefix": "beat",
                    "provide.transaction.metadata": true,
                    converters: "geo",
                    "geo.type": "a.Geo",
                    "geo.strict": true,
                    "topic.creation.groups": "big",
                    "topic.creation.big.include": "shop\\..*",
                    "topic.creation.big.partitions": 6,
                    "topic.creation.big.replication.factor": 3,
                    "errors.retry.timeout": 60000,
                    "key.converter": `${KAFKA}.json.JsonConverter`,
                    "key.converter.schemas.enable": false,
                    "header.converter": `${KAFKA}.storage.SimpleHeaderConverter`,
                    transforms: "outbox",
                    "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
                    "transforms.outbox.table.fields.additional.placement": "type:header:eventType",
                    "transforms.outbox.predicate": "isOutbox",
                    predicates: "isOutbox",
                    "predicates.isOutbox.type": `${KAFKA}.transforms.predicates.TopicNameMatches`,
                    "predicates.isOutbox.pattern": ".*outbox",
                }),
            },
        ],
        [
            "a source of all tables of a schema in another database, and a sink of it",
            {
                crm: connector(POSTGRES, {
                    "database.hostname": "crm.example.com",
                    "database.dbname": "crm",
                    "database.password": { secret: "crm" },
                    "slot.name": "dbz_source",
                    "topic.prefix": "crm",
                    "schema.include.list": "sales",
                    "publication.autocreate.mode": "filtered",
                    transforms: "unwrap",
                    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
                    "transforms.unwrap.add.fields": "op,source.ts_ms",
                }),
                "crm-sink": connector(JMS, {
                    topics: "crm.sales.orders",
                    "jms.destination.name": "CustomersJSON",
                    "java.naming.security.principal": "x",
                    "jndi.connection.factory": "y",
                    "errors.tolerance": "all",
                    "errors.deadletterqueue.topic.name": "crm-dead",
                    "errors.deadletterqueue.context.headers.enable": true,
                }),
            },
        ],
        [
            "a sink by pattern, of dead letters and heartbeats, to a topic of an own broker",
            {
                audit: connector(JMS, {
                    "topics.regex": "localhost\\.cdc\\..*",
                    "java.naming.provider.url": "tcp://jms.example.com:61616",
                    "jms.destination.name": "dynamicTopics/audit",
                    "jms.destination.type": "topic",
                    "jms.password": { secret: "crm" },
                    transforms: "key,drop",
                    "transforms.key.type": `${KAFKA}.transforms.InsertField$Value`,
                    "transforms.key.static.field": "from",
                    "transforms.key.static.value": "cdc",
                    "transforms.drop.type": `${KAFKA}.transforms.Filter`,
                    "transforms.drop.predicate": "old",
                    "transforms.drop.negate": "true",
                    predicates: "old",
                    "predicates.old.type": `${KAFKA}.transforms.predicates.HasHeaderKey`,
                    "predicates.old.name": "new",
                }),
                beats: connector(JMS, {
                    topics: "__debezium-heartbeat.localhost",
                    "jms.destination.name": "CustomersXML",
                }),
            },
        ],
        [
            "patterns of Java that JavaScript has not, in a source and in its sinks",
            {
                shop: connector(POSTGRES, {
                    "topic.prefix": "shop",
                    "table.include.list": "cdc\\.(orders|items)++,\\Qcdc.a+b\\E,(?i)CDC\\.notes",
                }),
                "shop-sink": connector(JMS, {
                    topics: "shop.cdc.orders,shop.cdc.notes",
                    "jms.destination.name": "CustomersXML",
                }),
                "shop-sinks": connector(JMS, {
                    "topics.regex": "\\Qlocalhost.cdc.\\E.*+",
                    "jms.destination.name": "CustomersXML",
                }),
                quoted: connector(JMS, {
                    "topics.regex": "\\Qlocalhost.cdc.\\E.*",
                    "jms.destination.name": "CustomersXML",
                }),
            },
        ],
        [
            "two sources of one prefix with their own tables and metrics",
            {
                more: connector(POSTGRES, {
                    "topic.prefix": "localhost",
                    "publication.name": "more",
                    "table.include.list": "cdc.orders",
                    "custom.metric.tags": "part=2",
                }),
            },
        ],
        [
            "destinations by the broker's and by JNDI's names",
            {
                full: connector(JMS, {
                    topics: "localhost.cdc.customers",
                    "jms.destination.name": "CustomersXML::CustomersXML",
                }),
                jndi: connector(JMS, {
                    topics: "localhost.cdc.customers",
                    "jms.destination.name": "dynamicQueues/CustomersXML",
                }),
                bound: connector(JMS, {
                    topics: "localhost.cdc.customers",
                    "jms.destination.name": "out",
                    "queue.out": "CustomersXML",
                }),
            },
        ],
        [
            "a source that routes its tables into one topic",
            {
                routed: connector(POSTGRES, {
                    "topic.prefix": "r",
                    "publication.name": "routed",
                    "table.include.list": "cdc.customers_1,cdc.customers_2",
                    transforms: "route",
                    "transforms.route.type": `${KAFKA}.transforms.RegexRouter`,
                    "transforms.route.regex": "r\\.cdc\\.customers_(.*)",
                    "transforms.route.replacement": "r.customers.$1",
                }),
            },
        ],
        [
            "a paused sink with shortened class names and values by reference",
            {
                short: {
                    ...connector("JmsSinkConnector", {
                        topics: "localhost.cdc.customers",
                        "java.naming.factory.initial": "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
                        "java.naming.provider.url": "tcp://artemis:61616",
                        "jms.destination.name": "CustomersXML",
                        "jms.password": "${directory:/secrets:crm}",
                        "jms.priority": "${directory:/secrets:crm}",
                        "value.converter": "JsonConverter",
                        "value.converter.schemas.enable": "FALSE",
                    }),
                    state: "paused",
                },
            },
        ],
        [
            "JMS headers and destination from the record",
            {
                routed: connector(JMS, {
                    topics: "localhost.cdc.customers",
                    "jms.destination.name": "${header.queue}",
                    "jms.priority": "${header.priority}",
                    "jms.time.to.live.ms": 60_000,
                }),
            },
        ],
        [
            "emitted deletes with their mark, and a secret within a text",
            {
                deletes: connector(JMS, {
                    topics: "localhost.cdc.customers",
                    "jms.destination.name": "CustomersJSON",
                    "jms.forward.kafka.headers": "TRUE",
                    "java.naming.provider.url":
                        "tcp://me:${directory:/run/secrets/connect-cdc/deletes:crm}@artemis:61616",
                    transforms: "write",
                    "transforms.write.type": "JsonWriter",
                    "transforms.write.delete.handling": "emit",
                }),
            },
        ],
    ])("for %s", (_name, connectors) => {
        expect(findingsOf({ connectors, secrets: { crm: "x" } })).toEqual([]);
    });
});

it.each(["Customers", "Customers::audit", "dynamicTopics/Customers"])(
    "the topic %s of the stack's own broker is declared in jmsBroker.topics",
    (name) => {
        const config = { "jms.destination.type": "topic", "jms.destination.name": name };
        expect(findingsOf({ jmsBroker: { topics: ["Customers"] }, ...sink(config) })).toEqual([]);
        const asQueue = { jmsBroker: { topics: ["Customers"] }, ...sink({ "jms.destination.name": name }) };
        expect(findingsOf(asQueue).map(({ remedy }) => remedy)).toEqual([
            "set jms.destination.type: topic, or another name",
        ]);
    },
);

describe("docs/troubleshooting.md", () => {
    const listed = listedMessages("Config problems").map((message) => messagePattern(message, "^"));

    it("has every rule of the table above", () => {
        const rules = Object.values(CASES).flatMap((cases) =>
            cases.flatMap(({ raw, secretKeys }) => findingsOf(raw, secretKeys)),
        );
        const missing = rules.map(({ rule }) => rule).filter((rule) => !listed.some((pattern) => pattern.test(rule)));
        expect(missing).toEqual([]);
    });
});
