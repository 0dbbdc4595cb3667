import { isIP } from "node:net";
import { type Endpoint, handshake, type PemFiles, runVia } from "./openssl";

/** A port of a stack that takes TLS only. */
export interface SecuredPort extends Endpoint {
    /** For messages. */
    name: string;
    /** What a client must have. After `login` the server asks for a user inside of TLS. */
    demands: "certificate" | "login";
    /** Name that the server's certificate must have. Default: the host. */
    serverName?: string;
    /** False: nothing listens behind the port now. */
    listens: boolean;
}

/** Certificates that a scan uses. */
export interface ScanFiles {
    /** Of a client that all servers take. */
    operator: PemFiles;
    /** Of clients that no server takes, by what is wrong with them. */
    refused: Record<string, PemFiles>;
}

const ANSWER_SECONDS = 2;

/** First words of clients without TLS, as formats of `printf`. */
const PLAIN_REQUESTS = {
    HTTP: String.raw`GET /connectors HTTP/1.0\r\n\r\n`,
    ZooKeeper: String.raw`srvr\n`,
    // ApiVersions, version 0, of a client without a name
    Kafka: String.raw`\0\0\0\012\0\022\0\0\0\0\0\1\377\377`,
    // StartupMessage of protocol 3.0 with user and database
    PostgreSQL: String.raw`\0\0\0\041\0\3\0\0user\0cdc\0database\0cdcdb\0\0`,
    AMQP: String.raw`AMQP\0\1\0\0`,
};

/** An alert of TLS, or PostgreSQL's error message. */
const REFUSAL = /^(?:\x15\x03|E[^]{4}SFATAL\0|$)/;

/**
 * Tries to get into a port as those who must not: in plain text, without a certificate, with a wrong one, and by a name that the
 * server's certificate does not have.
 *
 * @returns what is open; empty: nothing.
 */
export async function openingsOf(port: SecuredPort, { operator, refused }: ScanFiles): Promise<string[]> {
    const openings: string[] = [];
    const note = (text: string) => openings.push(`${port.name} (${port.host}:${port.port}) ${text}`);
    for (const [protocol, request] of Object.entries(PLAIN_REQUESTS)) {
        const answer = await plainAnswer(port, request);
        if (!REFUSAL.test(answer)) note(`answers ${protocol} in plain text: ${JSON.stringify(answer.slice(0, 60))}`);
    }

    const serverName = port.serverName ?? port.host;
    const name = [isIP(serverName) ? "-verify_ip" : "-verify_hostname", serverName];
    const taken = async (files: Partial<PemFiles>, args = name) => {
        const { status } = await handshake(port, { ...files, ca: operator.ca, args: ["-tls1_2", ...args] });
        return status === 0;
    };
    // Else a port where nobody answers would count as a safe one
    if ((await taken(operator)) !== port.listens) note(port.listens ? "refuses the operator" : "listens");
    if (!port.listens) return openings;
    if (await taken(operator, ["-verify_hostname", "other.example"])) note("has a certificate for any name");
    if (port.demands === "login") return openings;
    if (await taken({})) note("takes a client without a certificate");
    for (const [what, files] of Object.entries(refused)) {
        if (await taken(files)) note(`takes a client with ${what}`);
    }
    return openings;
}

/** What a server says to a request in plain text; empty: nothing within the limit, or it closed the connection. */
async function plainAnswer(port: Endpoint, request: string): Promise<string> {
    const script = `exec 3<>"/dev/tcp/$1/$2" || exit 0; printf "$3" >&3; timeout ${ANSWER_SECONDS} cat <&3`;
    const args = ["-c", script, "-", port.host, String(port.port), request];
    return (await runVia(port, "bash", args)).stdout;
}
