import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that asks for a user and a password, and passes all other requests on to a server without a login. */
export class PasswordProxy {
    private constructor(private readonly server: Server) {}

    /** @param url of the server; the path of {@link url} is the same. */
    static async start(url: string, user: string, password: string): Promise<PasswordProxy> {
        const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
        const server = createServer((incoming, answer) => {
            if (incoming.headers.authorization !== wanted) {
                answer.writeHead(401, { "WWW-Authenticate": "Basic" }).end();
                return;
            }
            const { method, headers } = incoming;
            const passed = request(new URL(incoming.url!, url), { method, headers }, (own) => {
                answer.writeHead(own.statusCode!, own.headers);
                own.pipe(answer);
            });
            passed.on("error", () => answer.destroy());
            incoming.pipe(passed);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return new PasswordProxy(server);
    }

    /** `http://127.0.0.1:port` */
    get origin(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async close(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}
