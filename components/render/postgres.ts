import { Setting } from "./properties";
import { POSTGRES_PORT } from "./serverAddresses";
import { acceptsPlain, acceptsTls, TLS_FILES, type TlsMode } from "./tls";

/** File in the container with {@link pgHba}. */
export const HBA_FILE = "/etc/connect-cdc/pg_hba.conf";

/**
 * Arguments of the server's command line.
 * @param config raw settings of the user, which win; the server takes the last value of a setting.
 * @param mode TLS of the server. Default off.
 */
export function postgresArguments(config: Record<string, Setting>, mode: TlsMode = "off"): string[] {
    const settings: Record<string, Setting> = {
        listen_addresses: "*",
        port: POSTGRES_PORT,
        wal_level: "logical",
        max_wal_senders: 10,
        max_replication_slots: 10,
        shared_buffers: "32MB",
        // A slot is free this long after its reader went silent (PostgreSQL: 60 s). Not sooner than a worker that is cut off has
        // given up its tasks (session 10 s, heartbeat 0.5 s, stop 5 s): it may still hold rows to write.
        wal_sender_timeout: "20s",
        // Other connections whose client is gone end after 20 + 3 x 5 s; the system's default is over two hours.
        tcp_keepalives_idle: 20,
        tcp_keepalives_interval: 5,
        tcp_keepalives_count: 3,
        ...postgresTls(mode),
    };
    return Object.entries({ ...settings, ...config }).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}

/** Settings of the server for TLS. Source: PostgreSQL documentation, "Secure TCP/IP Connections with SSL". */
export function postgresTls(mode: TlsMode): Record<string, Setting> {
    return {
        ...(acceptsTls(mode) && {
            ssl: "on",
            ssl_cert_file: TLS_FILES.cert,
            ssl_key_file: TLS_FILES.key,
            ssl_ca_file: TLS_FILES.ca,
            ssl_min_protocol_version: "TLSv1.2",
        }),
        // In the other modes the server has the file that its entrypoint has made with the data
        ...(!acceptsPlain(mode) && { hba_file: HBA_FILE }),
    };
}

/**
 * Renders `pg_hba.conf` of a server that takes TLS only: by TCP with a password, by the socket in the container as the
 * system's user of the same name.
 */
export function pgHba(): string {
    return `local all all peer
hostssl all all all scram-sha-256
`;
}

/** Content of the stack's own database. */
export interface SchemaSql {
    /** Name of the database. */
    database: string;
    /** Role that Debezium and the user's clients connect as; it owns the database, its schema and its table. */
    user: string;
    /** Schema of the table. Default `cdc`. */
    schema?: string;
    /** Table. Default `customers`. */
    table?: string;
    /** File that holds the role's password. Default `/run/secrets/connect-cdc/database-password`. */
    passwordFile?: string;
}

/**
 * Renders the script that creates role, database and the demo's table. For psql, as superuser, connected to any database.
 * It may run any number of times: existing objects stay, only the password is set again. psql reads the password from its
 * file, so neither the script nor the server's log contains it.
 */
export function schemaSql(args: SchemaSql): string {
    const { database, user, schema = "cdc", table = "customers" } = args;
    const passwordFile = args.passwordFile ?? "/run/secrets/connect-cdc/database-password";
    const [owner, customers] = [identifier(user), `${identifier(schema)}.${identifier(table)}`];
    return `\\set ON_ERROR_STOP on
SET client_min_messages = warning;
-- A statement with the password in it must not reach the log, not even when it fails
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;

${createUnlessThere(`CREATE ROLE ${owner}`, `pg_roles WHERE rolname = ${literal(user)}`)}
\\set password \`cat ${shellWord(passwordFile)}\`
ALTER ROLE ${owner} WITH LOGIN REPLICATION PASSWORD :'password';
\\unset password

${createUnlessThere(`CREATE DATABASE ${identifier(database)} OWNER ${owner}`, `pg_database WHERE datname = ${literal(database)}`)}
\\connect -reuse-previous=on ${psqlWord(`dbname=${conninfoValue(database)}`)}
SET client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS ${identifier(schema)} AUTHORIZATION ${owner};
CREATE TABLE IF NOT EXISTS ${customers} (
    id bigserial PRIMARY KEY,
    first_name varchar,
    last_name varchar,
    email varchar UNIQUE
);
ALTER TABLE ${customers} OWNER TO ${owner};
`;
}

/** For statements without IF NOT EXISTS: psql runs the statement that the query returns, if any. */
function createUnlessThere(statement: string, existing: string): string {
    return `SELECT ${literal(statement)} WHERE NOT EXISTS (SELECT FROM ${existing})\\gexec`;
}

function identifier(name: string): string {
    return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant; with the E form a backslash means the same whatever the server's settings are. */
function literal(text: string): string {
    const quoted = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
    return text.includes("\\") ? `E${quoted}` : quoted;
}

/** A value in a libpq connection string. */
function conninfoValue(value: string): string {
    return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** An argument of a psql command. */
function psqlWord(text: string): string {
    return `"${text.replaceAll('"', '""')}"`;
}

/** A word of a shell command between psql's backticks, which have no escape. */
function shellWord(text: string): string {
    if (text.includes("`")) {
        throw new Error(`passwordFile is ${text}: psql cannot read a file with a backtick in its name`);
    }
    return `'${text.replaceAll("'", "'\\''")}'`;
}
