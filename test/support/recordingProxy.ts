import axios from "axios";
import { createServer } from "node:http";
import { AddressInfo } from "node:net";

/** Passes requests on to a server and remembers the ones that change something, as `PUT /connectors/x/config`. */
export interface RecordingProxy {
    url: string;
    /** Takes the changing requests since the last call. */
    takeWrites(): string[];
    close(): Promise<void>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
    let writes: string[] = [];
    const server = createServer((request, response) => {
        if (request.method !== "GET") {
            writes.push(`${request.method} ${request.url}`);
        }
        void axios
            .request({
                baseURL: target,
                url: request.url,
                method: request.method,
                data: request,
                headers: { "content-type": request.headers["content-type"] },
                responseType: "stream",
                validateStatus: () => true,
            })
            .then((answer) => {
                response.writeHead(answer.status, { "content-type": String(answer.headers["content-type"] ?? "") });
                answer.data.pipe(response);
            })
            .catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        takeWrites: () => {
            const taken = writes;
            writes = [];
            return taken;
        },
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}
