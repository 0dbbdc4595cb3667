import axios from "axios";
import { done, Hopeless, pending, waitFor } from "../servers/wait";
import type { FileConnectorArgs } from "../test/support/workers/fileConnectors";

const CHECK_SECONDS = 0.2;
const RETRY_SECONDS = 0.25;
const STABLE_MS = 700;
const LIMIT_SECONDS = 600;

/** A plain script with the REST API: it waits as the resource does, and does nothing else. */
export class ConnectorScript {
    /** @param concurrency connectors at a time. */
    constructor(
        private readonly restUrl: string,
        private readonly concurrency: number,
    ) {}

    create(connectors: FileConnectorArgs[]): Promise<void> {
        return this.each(connectors, async (connector) => {
            await this.send("POST", "/connectors", { name: connector.name, config: configOf(connector) });
            await this.untilStable(connector.name);
        });
    }

    update(connectors: FileConnectorArgs[]): Promise<void> {
        return this.each(connectors, async (connector) => {
            const path = `/connectors/${connector.name}`;
            const before = JSON.stringify(await this.send("GET", `${path}/tasks`));
            await this.send("PUT", `${path}/config`, configOf(connector));
            await this.until(`new tasks of ${connector.name}`, async () => {
                return JSON.stringify(await this.send("GET", `${path}/tasks`)) !== before;
            });
            await this.untilStable(connector.name);
        });
    }

    async list(): Promise<void> {
        await this.send("GET", "/connectors?expand=info&expand=status");
    }

    remove(connectors: FileConnectorArgs[]): Promise<void> {
        return this.each(connectors, async ({ name }) => {
            await this.send("DELETE", `/connectors/${name}`);
            await this.until(`the end of ${name}`, async () => (await this.status(name)) === undefined);
        });
    }

    private async untilStable(name: string): Promise<void> {
        let sinceMs: number | undefined;
        await this.until(`${name} to run`, async () => {
            const states = await this.status(name);
            const runs = states?.length === 2 && states.every((state) => state === "RUNNING");
            sinceMs = runs ? (sinceMs ?? performance.now()) : undefined;
            return sinceMs !== undefined && performance.now() - sinceMs >= STABLE_MS;
        });
    }

    private async status(name: string): Promise<string[] | undefined> {
        const url = `${this.restUrl}/connectors/${name}/status`;
        const { status, data } = await axios.get(url, { validateStatus: () => true, proxy: false });
        return status === 200
            ? [data.connector.state, ...data.tasks.map((task: { state: string }) => task.state)]
            : undefined;
    }

    /** Repeats a request during a rebalance. */
    private async send(method: string, path: string, data?: unknown): Promise<unknown> {
        const request = async () => {
            const answer = await axios.request({
                baseURL: this.restUrl,
                url: path,
                method,
                data,
                validateStatus: () => true,
                proxy: false,
            });
            if (answer.status < 300) return done<unknown>(answer.data);
            if (answer.status !== 409 && answer.status !== 500) {
                throw new Hopeless(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.data)}`);
            }

            return pending(`status ${answer.status}`);
        };
        return waitFor(request, {
            what: `${method} ${path}`,
            timeoutSeconds: LIMIT_SECONDS,
            intervalSeconds: RETRY_SECONDS,
        });
    }

    private until(what: string, isReached: () => Promise<boolean>): Promise<void> {
        const check = async () => ((await isReached()) ? done() : pending("not yet"));
        return waitFor(check, { what, timeoutSeconds: LIMIT_SECONDS, intervalSeconds: CHECK_SECONDS });
    }

    private async each(
        connectors: FileConnectorArgs[],
        act: (connector: FileConnectorArgs) => Promise<void>,
    ): Promise<void> {
        const left = [...connectors];
        const work = async () => {
            for (let next = left.shift(); next; next = left.shift()) await act(next);
        };
        await Promise.all(Array.from({ length: this.concurrency }, work));
    }
}

function configOf({ name, class: connectorClass, config }: FileConnectorArgs): Record<string, string> {
    return { ...config, name, "connector.class": connectorClass, "tasks.max": "1" };
}
