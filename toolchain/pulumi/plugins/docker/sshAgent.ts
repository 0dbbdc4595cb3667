import { spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/**
 * Connections to a Docker engine on another host, as Docker's own client makes them: the `ssh` on PATH runs
 * `docker system dial-stdio` there, so that the user's keys, known hosts and settings hold.
 */
export class SshAgent extends Agent {
    constructor(
        private readonly host: URL,
        private readonly options: string[],
    ) {
        // a new connection costs a login
        super({ keepAlive: true });
    }

    override createConnection(): Duplex {
        const child = spawn("ssh", [...this.options, ...this.destination(), "--", "docker", "system", "dial-stdio"], {
            stdio: ["pipe", "pipe", "pipe"],
        });
        let complaint = "";
        child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
        const connection = socketOf(Duplex.from({ writable: child.stdin, readable: child.stdout }));
        connection.on("close", () => child.kill());
        child.on("error", (error) => connection.destroy(error));
        child.on("exit", (code) => {
            if (code)
                connection.destroy(new Error(`ssh ${this.host.hostname}: ${complaint.trim() || `exit code ${code}`}`));
        });
        return connection;
    }

    private destination(): string[] {
        const { username, port, hostname } = this.host;
        return [...(username ? ["-l", username] : []), ...(port ? ["-p", port] : []), hostname];
    }
}

/** The HTTP client calls these methods of a socket. */
function socketOf(stream: Duplex): Duplex {
    const itself = () => stream;
    return Object.assign(stream, {
        setKeepAlive: itself,
        setNoDelay: itself,
        setTimeout: itself,
        ref: itself,
        unref: itself,
    });
}
