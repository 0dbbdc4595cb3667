import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/** An SSH server refuses logins when ten are in progress (MaxStartups of sshd_config(5)). */
const MAX_CONNECTIONS = 8;

/** Options of {@link SshAgent}. */
export interface SshOptions {
    /** Options of the `ssh` command. Default: none. */
    sshOptions?: string[];
    /** Whether a connection serves several requests. It keeps the process alive between them. Default: false. */
    keepAlive?: boolean;
}

/**
 * An HTTP agent for a Docker engine on another host. Like Docker's own client it runs `docker system dial-stdio` there by the
 * `ssh` on PATH, with the user's keys, known hosts and settings.
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

/** Arguments of `ssh` for the host of an `ssh://` address. A command may follow. */
export function sshDestination({ username, port, hostname }: URL): string[] {
    return [...(username ? ["-l", decodeURIComponent(username)] : []), ...(port ? ["-p", port] : []), "--", hostname];
}

/** The input and output of a process as a connection. Its error is the text that the process wrote to stderr. */
class SshConnection extends Duplex {
    constructor(
        private readonly child: ChildProcessWithoutNullStreams,
        host: string,
    ) {
        super();
        let errorText = "";
        child.stderr.on("data", (text: Buffer) => (errorText += text.toString()));
        child.stdout.on("data", (bytes: Buffer) => {
            if (!this.push(bytes)) child.stdout.pause();
        });
        // The reason is known when the process ends
        child.stdin.on("error", () => {});
        child.on("error", (error) => this.destroy(error));
        child.on("close", (code) => {
            if (code) return this.destroy(new Error(`ssh ${host}: ${errorText.trim() || `exit code ${code}`}`));
            // An engine closes an idle connection after minutes. Half open, it would get the next request, without an answer
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

    /** Methods of a socket that the HTTP client calls. */
    setKeepAlive = () => this;
    setNoDelay = () => this;
    setTimeout = () => this;
    ref = () => this;
    unref = () => this;
}
