import { join } from "node:path";
import type { Credentials } from "@connect-cdc/connector/client";
import { jaasQuoted, javaProperties } from "../../config/javaProperties";
import { OPERATOR, usesTls } from "../../config/tlsMode";
import { parseAddress } from "../../servers/address";
import { npmCommand } from "../../status/npmCommand";
import { notFound } from "../notFound";
import { registryUrls, type StackOutputs } from "../stack/stackOutputs";

/** What a client is for. */
export const PURPOSES = ["kafka-client", "rest", "registry", "psql", "jms"] as const;

/** See {@link PURPOSES}. */
export type Purpose = (typeof PURPOSES)[number];

/** Files with secrets, and how to use them. */
export interface ClientFiles {
    /** Contents by name. */
    files: Record<string, string>;
    /** Lines for a terminal, without secrets. */
    usage: string[];
}

interface Args {
    stack: string;
    outputs: StackOutputs;
    /**
     * User of `kafka.users`, `connect.users` or `jmsBroker.users`, or client of `security.clients` for the schema registry. Default
     * for the REST API: the operator; for a JMS client: the sinks' user. The database has one login for all.
     */
    user?: string;
    /** Absolute path of the folder for the files: some of them name others. */
    folder: string;
}

/**
 * What a client of a stack needs to connect with TLS.
 *
 * @throws when the stack has no TLS, no server of this kind, or not this user.
 */
export function clientFiles(purpose: Purpose, args: Args): ClientFiles {
    const { stack, outputs, user } = args;
    const { tls = "off", ca } = outputs;
    if (tls === "off" || ca === undefined) {
        throw new Error(
            `TLS is off in stack ${stack}, so its clients need no credentials; set connect-cdc:security.tls, then run ${npmCommand(stack, "start")}`,
        );
    }
    if (purpose === "kafka-client") return kafkaClient({ ...args, ca });
    if (user !== undefined && purpose === "psql") {
        throw new Error("--user is not for psql, which has one login for all");
    }
    if (purpose === "psql") return psql({ ...args, ca });
    if (!usesTls(tls)) {
        throw new Error(
            `stack ${stack} offers TLS, but its clients still use plain addresses; set connect-cdc:security.tls to prefer, then run ${npmCommand(stack, "start")}`,
        );
    }
    if (purpose === "registry") return registry(args);
    return purpose === "rest" ? rest(args) : jms({ ...args, ca });
}

type WithCa = Args & { ca: string };

function kafkaClient({ stack, outputs, user, folder, ca }: WithCa): ClientFiles {
    const passwords = outputs.kafkaUsers ?? {};
    const known = Object.keys(passwords);
    if (user === undefined) {
        throw new Error(`kafka-client needs --user, a name of connect-cdc:kafka.users: ${namesIn(passwords, stack)}`);
    }
    if (!Object.hasOwn(passwords, user)) throw new Error(notFound("user", user, known, `stack ${stack}`));

    const password = passwords[user]!;
    if (/[\r\n]|^\s|\s$/.test(password)) {
        throw new Error(
            `the password of user ${user} has a line break, or a blank at an end, which a file of librdkafka cannot hold; change the secret`,
        );
    }
    const servers = (outputs.addresses.kafkaUsers ?? outputs.addresses.kafka).join(",");
    const common = {
        "bootstrap.servers": servers,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
    };
    const login = `username=${jaasQuoted(user)} password=${jaasQuoted(password)}`;
    const path = (name: string) => join(folder, name);
    return {
        files: {
            "ca.pem": ca,
            "client.properties": javaProperties({
                ...common,
                "sasl.jaas.config": `org.apache.kafka.common.security.scram.ScramLoginModule required ${login};`,
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": path("ca.pem"),
            }),
            "librdkafka.properties": lines({
                ...common,
                "sasl.username": user,
                "sasl.password": password,
                "ssl.ca.location": path("ca.pem"),
            }),
        },
        usage: [
            `Java:       kafka-topics.sh --bootstrap-server ${servers} --command-config ${quoted(path("client.properties"))} --list`,
            `librdkafka: kcat -F ${quoted(path("librdkafka.properties"))} -L`,
            `The rights of ${user} are those of connect-cdc:kafka.users.`,
        ],
    };
}

function rest({ stack, outputs, user, folder }: Args): ClientFiles {
    const { files, curl: tls } = certificateFiles(outputs.operator!, folder);
    const users = outputs.connectUsers ?? {};
    if (user !== undefined && !Object.hasOwn(users, user)) {
        throw new Error(notFound("user", user, Object.keys(users), `stack ${stack}`));
    }
    const name = user ?? OPERATOR;
    const login = Object.hasOwn(users, name) ? `${name}:${users[name]!}` : undefined;
    const curl = login === undefined ? tls : `${tls} --config ${quoted(join(folder, "login.conf"))}`;
    return {
        files: {
            ...files,
            ...(login !== undefined && { "login.conf": `user = "${login.replace(/["\\]/g, "\\$&")}"\n` }),
        },
        usage: [
            `${curl} ${outputs.restUrls[0]}/connectors`,
            "The certificate is the operator's: who has it may do everything in Connect, Kafka and ZooKeeper.",
        ],
    };
}

/** The stack's own registry, which takes certificates. */
function registry({ stack, outputs, user, folder }: Args): ClientFiles {
    const { clients = {}, addresses } = outputs;
    if (user === undefined || !Object.hasOwn(clients, user)) {
        if (user !== undefined) throw new Error(notFound("client", user, Object.keys(clients), `stack ${stack}`));
        throw new Error(`registry needs --user, a name of connect-cdc:security.clients: ${namesIn(clients, stack)}`);
    }
    if (addresses.registry === undefined) throw new Error(`stack ${stack} runs no schema registry of its own`);
    const { files, curl } = certificateFiles(clients[user]!, folder);
    return {
        files,
        usage: [`${curl} ${registryUrls(outputs)[0]}/subjects`, "Prometheus takes the same files in its tls_config."],
    };
}

function certificateFiles({ ca, cert, key }: Credentials, folder: string) {
    const path = (name: string) => quoted(join(folder, name));
    return {
        files: { "ca.pem": ca, "cert.pem": cert, "key.pem": key },
        curl: `curl --cacert ${path("ca.pem")} --cert ${path("cert.pem")} --key ${path("key.pem")}`,
    };
}

function namesIn(users: object, stack: string): string {
    const names = Object.keys(users);
    return names.length === 0 ? `stack ${stack} has none` : names.join(", ");
}

function psql({ stack, outputs, folder, ca }: WithCa): ClientFiles {
    const { address, name, user, password } = outputs.database;
    if (address === undefined) throw new Error(`stack ${stack} runs no database of its own`);
    const { host, port } = parseAddress(address);
    const path = (file: string) => join(folder, file);
    const service = {
        host,
        port: String(port),
        dbname: name,
        user,
        sslmode: "verify-full",
        sslrootcert: path("ca.pem"),
        passfile: path("pgpass"),
    };
    const pgpass = [host, String(port), name, user, password].map((field) => field.replace(/[\\:]/g, "\\$&"));
    return {
        files: {
            "ca.pem": ca,
            "pg_service.conf": `[connect-cdc]\n${lines(service)}`,
            pgpass: `${pgpass.join(":")}\n`,
        },
        usage: [`PGSERVICEFILE=${quoted(path("pg_service.conf"))} psql service=connect-cdc`],
    };
}

/** The URL of a connection factory holds its login. Source: Artemis manual, "Using JMS". */
function jms({ stack, outputs, user = outputs.jmsBroker.user, folder, ca }: WithCa): ClientFiles {
    const { jmsBroker } = outputs;
    const { address, queues } = jmsBroker;
    if (address === undefined) throw new Error(`stack ${stack} runs no JMS broker of its own`);
    const passwords = { [jmsBroker.user]: jmsBroker.password, ...jmsBroker.users };
    const password = Object.hasOwn(passwords, user) ? passwords[user] : undefined;
    if (password === undefined) throw new Error(notFound("user", user, Object.keys(passwords), `stack ${stack}`));
    const settings = {
        sslEnabled: "true",
        trustStoreType: "PEM",
        trustStorePath: join(folder, "ca.pem"),
        user,
        password,
    };
    const query = Object.entries(settings).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return {
        files: {
            "ca.pem": ca,
            "jndi.properties": javaProperties({
                "java.naming.factory.initial": "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
                "connectionFactory.ConnectionFactory": `tcp://${address}?${query.join("&")}`,
                ...Object.fromEntries(queues.map((queue) => [`queue.${queue}`, queue])),
            }),
        },
        usage: [
            `Put ${quoted(folder)} on the class path: new InitialContext() finds ConnectionFactory and the queues by name.`,
        ],
    };
}

function lines(settings: Record<string, string>): string {
    return Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join("");
}

/** One word for a POSIX shell. */
function quoted(text: string): string {
    return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
