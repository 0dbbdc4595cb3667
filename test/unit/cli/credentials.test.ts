import {
    chmodSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientFiles, type Purpose, PURPOSES } from "../../../cli/credentials/clientFiles";
import { writePrivateFiles } from "../../../cli/credentials/privateFolder";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { jaasQuoted, javaProperties } from "../../../components/render/javaProperties";

const password = 'p"w\\d:é';
const outputs: StackOutputs = {
    addresses: {
        zookeeper: [],
        kafka: ["h:9190"],
        kafkaUsers: ["h:9290", "h:9291"],
        connect: ["https://h:7170"],
        registry: ["h:8181"],
    },
    registryUrls: ["https://h:8181/apis/ccompat/v7"],
    clients: { shop: { ca: "CA\n", cert: "SHOP\n", key: "SHOPKEY\n" } },
    restUrls: ["https://h:7170"],
    tls: "prefer",
    operator: { ca: "CA\n", cert: "CERT\n", key: "KEY\n" },
    ca: "CA\n",
    kafkaUsers: { shop: password, stock: "s3cret" },
    database: { address: "h:5432", name: "cdcdb", user: "cdc", password },
    jmsBroker: {
        address: "h:61617",
        user: "cdc",
        password,
        queues: ["CustomersJSON"],
        users: { operator: "hidden", cdc: password, shop: "s3cret" },
    },
    connectors: {},
};

const filesOf = (purpose: Purpose, changes: Partial<StackOutputs> = {}, user?: string) =>
    clientFiles(purpose, { stack: "prod", outputs: { ...outputs, ...changes }, user, folder: "/my keys" });

describe("the files", () => {
    it("of a Kafka client have its login and the listeners for users", () => {
        const { files, usage } = filesOf("kafka-client", {}, "shop");
        expect(files).toEqual({
            "ca.pem": "CA\n",
            "client.properties": [
                "bootstrap.servers=h:9290,h:9291",
                "security.protocol=SASL_SSL",
                "sasl.mechanism=SCRAM-SHA-512",
                String.raw`sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="shop" password="p\\"w\\\\d:\u00e9";`,
                "ssl.truststore.type=PEM",
                "ssl.truststore.location=/my keys/ca.pem",
                "",
            ].join("\n"),
            "librdkafka.properties": [
                "bootstrap.servers=h:9290,h:9291",
                "security.protocol=SASL_SSL",
                "sasl.mechanism=SCRAM-SHA-512",
                "sasl.username=shop",
                `sasl.password=${password}`,
                "ssl.ca.location=/my keys/ca.pem",
                "",
            ].join("\n"),
        });
        expect(usage[0]).toContain("--command-config '/my keys/client.properties'");
    });

    it("of a client of the workers are the operator's", () => {
        const { files, usage } = filesOf("rest");
        expect(files).toEqual({ "ca.pem": "CA\n", "cert.pem": "CERT\n", "key.pem": "KEY\n" });
        expect(usage[0]).toBe(
            "curl --cacert '/my keys/ca.pem' --cert '/my keys/cert.pem' --key '/my keys/key.pem' https://h:7170/connectors",
        );
    });

    it("of a client of workers with users have a login, and curl reads it from a file", () => {
        const connectUsers = { operator: 's3"cret', admin: "s3cret" };
        const { files, usage } = filesOf("rest", { connectUsers });
        expect(files["login.conf"]).toBe('user = "operator:s3\\"cret"\n');
        expect(usage[0]).toContain("--config '/my keys/login.conf' https://h:7170/connectors");
        expect(filesOf("rest", { connectUsers }, "admin").files["login.conf"]).toBe('user = "admin:s3cret"\n');
        expect(() => filesOf("rest", { connectUsers }, "x")).toThrow('user "x" not found');
    });

    it("of a client of the registry are a certificate of its own", () => {
        const { files, usage } = filesOf("registry", {}, "shop");
        expect(files).toEqual({ "ca.pem": "CA\n", "cert.pem": "SHOP\n", "key.pem": "SHOPKEY\n" });
        expect(usage[0]).toContain("--key '/my keys/key.pem' https://h:8181/apis/ccompat/v7/subjects");
        const addresses = { ...outputs.addresses, registry: undefined };
        expect(() => filesOf("registry", { addresses }, "shop")).toThrow("runs no schema registry");
        expect(() => filesOf("registry", {}, "shpo")).toThrow('client "shpo" not found');
        const path = "connect-cdc:security.clients";
        expect(() => filesOf("registry", { clients: {} })).toThrow(
            `needs --user, a name of ${path}: stack prod has none`,
        );
    });

    it("of psql name the authority, and have the password apart", () => {
        const { files } = filesOf("psql");
        expect(files["pg_service.conf"]).toBe(
            "[connect-cdc]\nhost=h\nport=5432\ndbname=cdcdb\nuser=cdc\nsslmode=verify-full\n" +
                "sslrootcert=/my keys/ca.pem\npassfile=/my keys/pgpass\n",
        );
        expect(files["pgpass"]).toBe(String.raw`h:5432:cdcdb:cdc:p"w\\d\:é` + "\n");
        const { files: ofIpv6 } = filesOf("psql", { database: { ...outputs.database, address: "[::1]:5432" } });
        expect(ofIpv6["pg_service.conf"]).toContain("host=::1\n");
        expect(ofIpv6["pgpass"]).toMatch(/^\\:\\:1:5432:/);
    });

    it("of a JMS client have the URL of the connection factory, with the login", () => {
        const { files } = filesOf("jms");
        expect(files["jndi.properties"]).toBe(
            "java.naming.factory.initial=org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory\n" +
                "connectionFactory.ConnectionFactory=tcp://h:61617?sslEnabled=true&trustStoreType=PEM" +
                "&trustStorePath=%2Fmy%20keys%2Fca.pem&user=cdc&password=p%22w%5Cd%3A%C3%A9\n" +
                "queue.CustomersJSON=CustomersJSON\n",
        );
        expect(filesOf("jms", {}, "shop").files["jndi.properties"]).toContain("&user=shop&password=s3cret\n");
    });

    it.each(PURPOSES)("for %s have all secrets: nothing printed has any", (purpose) => {
        const { usage } = filesOf(purpose, {}, ["kafka-client", "registry"].includes(purpose) ? "shop" : undefined);
        for (const secret of [password, encodeURIComponent(password), "KEY", "CERT"]) {
            expect(usage.join("\n")).not.toContain(secret);
        }
    });
});

describe("an error", () => {
    it.each([
        [
            "tls off",
            "rest",
            { tls: "off" },
            undefined,
            "TLS is off in stack prod, so its clients need no credentials; set connect-cdc:security.tls, then run npm start -- --stack prod",
        ],
        ["an old stack", "kafka-client", { tls: undefined }, "shop", "TLS is off in stack prod"],
        [
            "no user",
            "kafka-client",
            {},
            undefined,
            "kafka-client needs --user, a name of connect-cdc:kafka.users: shop, stock",
        ],
        ["no users", "kafka-client", { kafkaUsers: {} }, undefined, "connect-cdc:kafka.users: stack prod has none"],
        ["an unknown user", "kafka-client", {}, "shp", 'user "shp" not found; did you mean shop? Known: shop, stock'],
        ["a name of every object", "kafka-client", {}, "toString", 'user "toString" not found'],
        [
            "a line break",
            "kafka-client",
            { kafkaUsers: { shop: "hidden\n" } },
            "shop",
            "the password of user shop has a line break",
        ],
        ["a user of something else", "psql", {}, "shop", "--user is not for psql, which has one login for all"],
        [
            "an unknown user of JMS",
            "jms",
            {},
            "stock",
            'user "stock" not found; did you mean shop? Known: cdc, operator, shop',
        ],
        ["plain addresses", "rest", { tls: "offer" }, undefined, "set connect-cdc:security.tls to prefer"],
        [
            "no database",
            "psql",
            { database: { ...outputs.database, address: undefined } },
            undefined,
            "stack prod runs no database of its own",
        ],
        [
            "no JMS broker",
            "jms",
            { jmsBroker: { ...outputs.jmsBroker, address: undefined } },
            undefined,
            "stack prod runs no JMS broker of its own",
        ],
    ] as [string, Purpose, Partial<StackOutputs>, string | undefined, string][])(
        "names %s, and no secret",
        (_, purpose, changes, user, message) => {
            expect(() => filesOf(purpose, changes, user)).toThrow(message);
            expect(() => filesOf(purpose, changes, user)).not.toThrow(/hidden|s3cret/);
        },
    );

    it("does not come where a server has one port for both", () => {
        expect(filesOf("psql", { tls: "offer" }).files).toHaveProperty("pgpass");
        expect(filesOf("kafka-client", { tls: "offer" }, "stock").files).toHaveProperty(["client.properties"]);
    });
});

describe("a Java properties file", () => {
    it("has any text", () => {
        expect(javaProperties({ "queue.a b=c:#!é": " x\\y\nz€" })).toBe(
            String.raw`queue.a\ b\=c\:\#\!\u00e9=\ x\\y\u000az\u20ac` + "\n",
        );
    });

    it("has passwords in JAAS with quotation marks and line breaks", () => {
        expect(jaasQuoted('a"b\\c\n')).toBe(String.raw`"a\"b\\c\n"`);
    });
});

describe("private files", () => {
    let top: string;
    let umask: number;
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

    beforeAll(() => (umask = process.umask(0o022)));
    afterAll(() => process.umask(umask));
    beforeEach(() => (top = mkdtempSync(join(tmpdir(), "private-files-"))));
    afterEach(() => rmSync(top, { recursive: true }));

    it("and their folders are for this user only", () => {
        const folder = join(top, "credentials", "dev", "rest");
        writePrivateFiles(folder, { "key.pem": "one", "ca.pem": "two" });
        expect(modeOf(join(folder, "key.pem"))).toBe("600");
        for (const path of [folder, join(top, "credentials", "dev"), join(top, "credentials")]) {
            expect(modeOf(path)).toBe("700");
        }
        expect(readdirSync(folder).sort()).toEqual(["ca.pem", "key.pem"]);
    });

    it("replace old ones, whatever their mode, and follow no link", () => {
        const folder = join(top, "f");
        mkdirSync(folder, { mode: 0o700 });
        writeFileSync(join(folder, "key.pem"), "old", { mode: 0o644 });
        writeFileSync(join(top, "other"), "kept");
        symlinkSync(join(top, "other"), join(folder, "ca.pem"));
        writePrivateFiles(folder, { "key.pem": "new", "ca.pem": "new" });
        expect(readFileSync(join(folder, "key.pem"), "utf8")).toBe("new");
        expect(modeOf(join(folder, "key.pem"))).toBe("600");
        expect(readFileSync(join(top, "other"), "utf8")).toBe("kept");
    });

    it.each([0o755, 0o750, 0o701, 0o720])("are not written into a folder of mode %o", (mode) => {
        const folder = join(top, "f");
        mkdirSync(folder);
        chmodSync(folder, mode);
        expect(() => writePrivateFiles(folder, { "key.pem": "x" })).toThrow(`run chmod 700 ${folder}`);
        expect(readdirSync(folder)).toEqual([]);
    });

    it("are not written by a link", () => {
        mkdirSync(join(top, "f"), { mode: 0o700 });
        symlinkSync(join(top, "f"), join(top, "link"));
        expect(() => writePrivateFiles(join(top, "link"), { "key.pem": "x" })).toThrow("is a symbolic link");
        expect(readdirSync(join(top, "f"))).toEqual([]);
    });
});
