import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/** An ssh server drops logins from the tenth at the same time on (MaxStartups of sshd_config(5)). */
const MAX_CONNECTIONS = 8;

/** How {@link SshAgent} makes its connections. */
export interface SshOptions {
    /** Options of the `ssh` command. Default: none. */
    sshOptions?: string[];
    /** True: a connection serves several requests, and keeps the process alive in between. Default false. */
    keepAlive?: boolean;
}

/**
 * Connections to a Docker engine on another host, as Docker's own client makes them: the `ssh` on PATH runs
 * `docker system dial-stdio` there, so that the user's keys, known hosts and settings hold.
 */
export class SshAgent extends Agent {
    private readonly options: string[];

    constructor(
        private readonly host: URL,
        { sshOptions = [], keepAlive = false }: SshOptions = {},
    ) {
        super({ keepAlive, maxSockets: MAX_CONNECTIONS });
        this.options = sshOptions;
    }

    override createConnection(): Duplex {
        const command = ["docker", "system", "dial-stdio"];
        const child = spawn("ssh", [...this.options, ...sshDestination(this.host), ...command]);
        return new SshConnection(child, this.host.hostname);
    }
}

/** Arguments by which `ssh` reaches the host of an `ssh://` address; a command may follow. */
export function sshDestination({ username, port, hostname }: URL): string[] {
    return [...(username ? ["-l", decodeURIComponent(username)] : []), ...(port ? ["-p", port] : []), "--", hostname];
}

/** A process's input and output as a connection, which fails with what the process complained of. */
class SshConnection extends Duplex {
    constructor(
        private readonly child: ChildProcessWithoutNullStreams,
        host: string,
    ) {
        super();
        let complaint = "";
        child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
        child.stdout.on("data", (bytes: Buffer) => {
            if (!this.push(bytes)) child.stdout.pause();
        });
        // why it does not take any more is known when it ends
        child.stdin.on("error", () => {});
        child.on("error", (error) => this.destroy(error));
        child.on("close", (code) => {
            if (code) return this.destroy(new Error(`ssh ${host}: ${complaint.trim() || `exit code ${code}`}`));
            // An engine ends a connection that was idle for minutes; half open, it would get the next request, for ever
            this.once("end", () => this.destroy());
            this.push(null);
        });
    }

    override _read(): void {
        this.child.stdout.resume();
    }

    override _write(bytes: Buffer, encoding: BufferEncoding, done: () => void): void {
        this.child.stdin.write(bytes, encoding, () => done());
    }

    override _final(done: () => void): void {
        this.child.stdin.end(done);
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        this.child.kill();
        done(error);
    }

    /** The HTTP client calls these methods of a socket. */
    setKeepAlive = () => this;
    setNoDelay = () => this;
    setTimeout = () => this;
    ref = () => this;
    unref = () => this;
}
