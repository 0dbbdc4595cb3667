import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { connectionOf, type DatabaseAccess, databaseUrl } from "@connect-cdc/connector/postgres";
import { Client, type QueryResultRow } from "pg";
import { HBA_FILE, pgHba, postgresTls } from "../../../components/render/postgres";
import { TLS_FILES } from "../../../components/render/tls";
import { done, Hopeless, waitFor } from "../../../servers/wait";
import { runProcess } from "../../../tools/processes";
import { findPorts } from "../stack/ports";
import type { Certificate } from "./certificates";
import { postgresBinaries, type PostgresVersion } from "./postgresBinaries";

type Settings = Record<string, string | number>;

/** How a server is started. */
export interface PostgresOptions {
    /** Default: that of the image `postgres`. */
    version?: PostgresVersion;
    /** Settings of the server, beside those of a stack's server. */
    settings?: Settings;
    /** Certificate of a server that takes TLS only, as in a stack with `security.tls: require`. Default: no TLS. */
    certificate?: Certificate;
}

/** The database of each server, and its owner, who may replicate. */
export const DATABASE = { name: "cdcdb", user: "cdcadmin", password: "of-a-test" };

const SUPERUSER = "postgres";
/** `nobody` on Linux. PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65_534;
const READY_SECONDS = 60;

/** A PostgreSQL server as a plain process, with a data folder of its own, on a free port of 127.0.0.1. */
export class PostgresProcess {
    private child: ChildProcess | undefined;
    private readonly killAtExit = () => this.child?.kill("SIGQUIT");

    private constructor(
        readonly version: PostgresVersion,
        readonly port: number,
        private readonly settings: Settings,
        /** PEM, to check the server's certificate with. */
        readonly ca: string | undefined,
        /** Has the data, the log, and the programs: the server's user cannot read the cache folder of root. */
        private readonly folder: string,
    ) {
        process.once("exit", this.killAtExit);
    }

    /** Makes a server with an empty database ({@link DATABASE}) and waits until it answers. */
    static async start({
        version = "15.18.0",
        settings = {},
        certificate,
    }: PostgresOptions = {}): Promise<PostgresProcess> {
        const folder = newFolder();
        const tls = certificate && tlsSettings(folder, certificate);
        const all = { ...tls, ...settings };
        const server = new PostgresProcess(version, (await findPorts()).database, all, certificate?.cert, folder);
        try {
            await server.initialize();
            await server.restart();
            const { user, password, name } = DATABASE;
            const sql = [
                `create role ${user} login replication password '${password}'`,
                `create database ${name} owner ${user}`,
            ];
            for (const statement of sql) await server.run(server.urlOf(SUPERUSER, "postgres"), statement);
        } catch (error) {
            await server.close();
            throw error;
        }
        return server;
    }

    /**
     * Restarts this server and makes a hot standby of it, which follows it through the physical slot `standby`. Logical slots
     * come to the standby with its setting `sync_replication_slots`, from PostgreSQL 17 on.
     *
     * @param settings of the standby.
     */
    async startStandby(settings: Settings = {}): Promise<PostgresProcess> {
        const conninfo = { host: "127.0.0.1", port: this.port, user: SUPERUSER, password: DATABASE.password };
        const standby = new PostgresProcess(
            this.version,
            (await findPorts()).database,
            {
                primary_conninfo: Object.entries({ ...conninfo, dbname: "postgres" })
                    .map(([key, value]) => `${key}=${value}`)
                    .join(" "),
                primary_slot_name: "standby",
                hot_standby_feedback: "on",
                ...settings,
            },
            undefined,
            newFolder(),
        );
        try {
            await this.run(this.superuserUrl, "select pg_create_physical_replication_slot('standby', true)");
            await this.stop();
            // Slots are a server's own
            const filter = (file: string) => !file.startsWith(join(this.folder, "data", "pg_replslot", "/"));
            for (const part of ["programs", "data"]) {
                const target = join(standby.folder, part);
                cpSync(join(this.folder, part), target, { recursive: true, verbatimSymlinks: true, filter });
            }
            writeFileSync(join(standby.folder, "data", "standby.signal"), "");
            await giveToServer(standby.folder);
            await this.restart();
            await standby.restart();
        } catch (error) {
            await standby.close();
            throw error;
        }
        return standby;
    }

    /** Makes a standby a primary, and waits until it is one. */
    async promote(): Promise<void> {
        await this.run(this.superuserUrl, "select pg_promote()");
    }

    /** URL of the database, as its owner. */
    get url(): string {
        return this.urlOf(DATABASE.user, DATABASE.name);
    }

    /** URL of the database, as superuser. */
    get superuserUrl(): string {
        return this.urlOf(SUPERUSER, DATABASE.name);
    }

    /** The server's log so far. */
    get log(): string {
        return readFileSync(this.logFile, "utf8");
    }

    /** Runs one statement, or several without values, in a connection of its own as the database's owner. */
    query<Row extends QueryResultRow = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]> {
        return this.run<Row>(this.url, sql, values);
    }

    /** Stops the server as an operator does (`fast`): sessions end, and a replication receives the rest of the log. */
    async stop(): Promise<void> {
        await this.end("SIGINT");
    }

    /** Ends the server without a checkpoint (`immediate`). Like after a crash, the next start recovers from the log. */
    async kill(): Promise<void> {
        await this.end("SIGQUIT");
    }

    /** Stops the server if it runs, starts it on the same port with the same data, and waits until it answers. */
    async restart(): Promise<void> {
        await this.stop();
        const settings = Object.entries({ ...this.commonSettings(), ...this.settings });
        const log = openSync(this.logFile, "a");
        this.child = spawn(
            join(this.folder, "programs", "bin", "postgres"),
            ["-D", join(this.folder, "data"), ...settings.flatMap(([key, value]) => ["-c", `${key}=${value}`])],
            { cwd: this.folder, stdio: ["ignore", log, log], ...serverUser() },
        );
        closeSync(log);
        const check = async () => {
            if (!this.running) throw new Hopeless(`PostgreSQL ended:\n${this.log.slice(-2000)}`);
            await this.run(this.urlOf(SUPERUSER, "postgres"), "select");
            return done();
        };
        const what = `PostgreSQL ${this.version} at port ${this.port}`;
        await waitFor(check, { what, timeoutSeconds: READY_SECONDS, intervalSeconds: 0.1 });
    }

    /** Ends the server and removes its data. */
    async close(): Promise<void> {
        process.off("exit", this.killAtExit);
        await this.kill();
        rmSync(this.folder, { recursive: true, force: true });
    }

    private get running(): boolean {
        return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
    }

    private get logFile(): string {
        return join(this.folder, "postgres.log");
    }

    private urlOf(user: string, database: string): string {
        return databaseUrl({ address: `127.0.0.1:${this.port}`, database, user, password: DATABASE.password });
    }

    private run<Row extends QueryResultRow>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
        return query<Row>({ url, ca: this.ca }, sql, values);
    }

    private async initialize(): Promise<void> {
        const binaries = await postgresBinaries(this.version);
        cpSync(binaries, join(this.folder, "programs"), { recursive: true, verbatimSymlinks: true });
        writeFileSync(join(this.folder, "password"), DATABASE.password);
        await giveToServer(this.folder);
        const args = ["-D", "data", "-U", SUPERUSER, "--pwfile=password", "--auth=scram-sha-256"];
        const { code, stderr } = await runProcess(
            join(this.folder, "programs", "bin", "initdb"),
            [...args, "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-sync", "--no-instructions"],
            { cwd: this.folder, ...serverUser() },
        );
        if (code !== 0) throw new Error(`initdb of PostgreSQL ${this.version} failed:\n${stderr}`);
    }

    /** Those of a stack's server, and `fsync` off: tests end processes, not the machine. */
    private commonSettings(): Settings {
        return {
            listen_addresses: "127.0.0.1",
            port: this.port,
            unix_socket_directories: "",
            wal_level: "logical",
            shared_buffers: "32MB",
            wal_sender_timeout: "20s",
            fsync: "off",
        };
    }

    private async end(signal: NodeJS.Signals): Promise<void> {
        if (!this.running) return;
        const exited = once(this.child!, "exit");
        this.child!.kill(signal);
        await exited;
    }
}

/** The settings of a stack's server, with files in the folder. */
function tlsSettings(folder: string, { cert, key }: Certificate): Settings {
    const files = { [TLS_FILES.cert]: cert, [TLS_FILES.key]: key, [TLS_FILES.ca]: cert, [HBA_FILE]: pgHba() };
    const inFolder = (file: string) => join(folder, basename(file));
    for (const [file, text] of Object.entries(files)) writeFileSync(inFolder(file), text, { mode: 0o400 });
    const settings = Object.entries(postgresTls("require"));
    return Object.fromEntries(
        settings.map(([key, value]) => [key, String(value) in files ? inFolder(String(value)) : String(value)]),
    );
}

function newFolder(): string {
    return mkdtempSync(join(tmpdir(), "connect-cdc-postgres-"));
}

function serverUser(): { uid?: number; gid?: number } {
    return process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
}

async function giveToServer(folder: string): Promise<void> {
    const { uid, gid } = serverUser();
    if (uid === undefined) return;
    const { code, stderr } = await runProcess("chown", ["-R", `${uid}:${gid}`, folder]);
    if (code !== 0) throw new Error(stderr);
}

async function query<Row extends QueryResultRow>(
    database: DatabaseAccess,
    sql: string,
    values?: unknown[],
): Promise<Row[]> {
    const client = new Client(connectionOf(database));
    // A server that ends breaks the connection: the query fails, and the event needs a listener
    client.on("error", () => undefined);
    try {
        await client.connect();
        return (await client.query<Row>(sql, values)).rows;
    } finally {
        await client.end();
    }
}
