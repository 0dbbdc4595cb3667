import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";

/** What goes wrong with one request. `answer` and `reset` may come before or after its effect; `cut` comes after it. */
export type Fault =
    | { kind: "answer"; status: number; message?: string; html?: string; done?: boolean }
    | { kind: "reset"; done?: boolean }
    | { kind: "cut" };

interface FakeOffset {
    partition: unknown;
    offset: unknown;
}

interface FakeConnector {
    config: Record<string, string>;
    state: string;
    generation: number;
    offsets?: FakeOffset[];
}

type Reply = { status: number; body?: unknown };

/**
 * An in-process stand-in for a Connect worker, for answers that a real one gives too rarely to test with. It keeps
 * connectors in memory, runs nothing, and answers each request as the next fault of its plan says.
 */
export class FakeConnect {
    /** Faults of the next requests, in order; undefined lets one pass. */
    plan: (Fault | undefined)[] = [];
    /** Faults of requests that fit, as `PUT /connectors/x/config`, in order, while the plan has nothing. */
    readonly faultsOf: { request: RegExp; faults: Fault[] }[] = [];
    /** Requests so far, as `PUT /connectors/x/config`. */
    requests: string[] = [];
    readonly connectors = new Map<string, FakeConnector>();
    version = "3.9.2";
    /** What a validation answers, key by key. */
    validation: unknown[] = [];
    private readonly server = createServer((request, response) => void this.handle(request, response));

    async start(): Promise<void> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** Requests so far that change something. */
    get writes(): string[] {
        return this.requests.filter((request) => !request.startsWith("GET"));
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) {
            chunks.push(chunk);
        }
        const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
        const what = `${request.method} ${request.url}`;
        this.requests.push(what);
        const fault = this.plan.shift() ?? this.faultsOf.find((known) => known.request.test(what))?.faults.shift();
        const takesEffect = !fault || fault.kind === "cut" || fault.done;
        const reply = takesEffect ? this.perform(request.method!, request.url!, body) : undefined;
        if (!fault) {
            send(response, reply!);
        } else if (fault.kind === "reset") {
            request.socket.destroy();
        } else if (fault.kind === "cut") {
            response.writeHead(reply!.status, { "content-type": "application/json", "content-length": 1000 });
            response.write("{", () => request.socket.destroy());
        } else if (fault.html !== undefined) {
            response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.html);
        } else {
            send(response, error(fault.status, fault.message ?? "failed"));
        }
    }

    private perform(method: string, url: string, body: any): Reply {
        const [, root, encoded = "", action = ""] = new URL(url, this.url).pathname.split("/");
        if (!root) {
            return { status: 200, body: { version: this.version, kafka_cluster_id: "fake" } };
        }
        if (action === "config" && root === "connector-plugins") {
            return { status: 200, body: { error_count: 0, configs: this.validation } };
        }
        if (root === "connector-plugins") {
            return { status: 200, body: [{ class: "example.Sink", type: "sink", version: "1" }] };
        }
        const name = decodeURIComponent(encoded);
        if (!name) {
            return method === "POST" ? this.create(body) : { status: 200, body: this.list() };
        }
        const connector = this.connectors.get(name);
        if (!connector) {
            return error(
                404,
                action === "status" ? `No status found for connector ${name}` : `Connector ${name} not found`,
            );
        }
        return this.act(name, connector, `${method} ${action}`, body);
    }

    private create(body: any): Reply {
        if (this.connectors.has(body.name)) {
            return error(409, `Connector ${body.name} already exists`);
        }
        this.connectors.set(body.name, { config: body.config, state: body.initial_state ?? "RUNNING", generation: 0 });
        return { status: 201, body: info(body.name, this.connectors.get(body.name)!) };
    }

    private list(): unknown {
        return Object.fromEntries(
            [...this.connectors].map(([name, c]) => [name, { info: info(name, c), status: status(name, c) }]),
        );
    }

    private act(name: string, connector: FakeConnector, action: string, body: any): Reply {
        switch (action) {
            case "GET ":
                return { status: 200, body: info(name, connector) };
            case "GET status":
                return { status: 200, body: status(name, connector) };
            case "GET tasks":
                return { status: 200, body: tasks(name, connector) };
            case "GET offsets":
                return { status: 200, body: { offsets: connector.offsets ?? [] } };
            case "PATCH offsets":
            case "DELETE offsets":
                return changeOffsets(name, connector, body?.offsets);
            case "PUT config":
                connector.config = body;
                connector.generation++;
                return { status: 200, body: info(name, connector) };
            case "DELETE ":
                this.connectors.delete(name);
                return { status: 204 };
            case "PUT pause":
            case "PUT resume":
            case "PUT stop":
                connector.state = { pause: "PAUSED", resume: "RUNNING", stop: "STOPPED" }[action.slice(4)]!;
                return { status: action === "PUT stop" ? 204 : 202 };
            default:
                connector.generation++;
                return { status: 204 };
        }
    }
}

function info(name: string, { config }: FakeConnector): unknown {
    return { name, config, tasks: [], type: "sink" };
}

function tasks(name: string, { state, config }: FakeConnector): unknown[] {
    return state === "STOPPED" ? [] : [{ id: { connector: name, task: 0 }, config }];
}

function changeOffsets(name: string, connector: FakeConnector, given?: FakeOffset[]): Reply {
    if (connector.state !== "STOPPED") {
        const text = `Connectors must be in the STOPPED state before their offsets can be modified. This can be done with ${name}`;
        return error(400, text);
    }
    const isGiven = ({ partition }: FakeOffset) =>
        given?.some((other) => JSON.stringify(other.partition) === JSON.stringify(partition));
    const others = (connector.offsets ?? []).filter((entry) => given && !isGiven(entry));
    connector.offsets = [...others, ...(given ?? []).filter(({ offset }) => offset !== null)];
    return { status: 200, body: { message: "The offsets for this connector have been altered successfully" } };
}

/** Each write moves the task to another worker, so that a restart can be seen. */
function status(name: string, { state, generation }: FakeConnector): unknown {
    const member = { state, worker_id: `fake:${generation}` };
    return { name, connector: member, tasks: state === "STOPPED" ? [] : [{ id: 0, ...member }], type: "sink" };
}

function error(status: number, message: string): Reply {
    return { status, body: { error_code: status, message } };
}

function send(response: ServerResponse, { status, body }: Reply): void {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
}
