import { ConnectClient } from "./client";
import { ConnectError } from "./errors";
import { Request } from "./sendRequest";
import {
    ConnectorInfo,
    ConnectorOffset,
    ConnectorPlugin,
    ConnectorStatus,
    DesiredState,
    MemberStatus,
    Validation,
    WorkerInfo,
} from "./types";
import { Abilities, abilitiesOf } from "./version";

/** Limit of requests that a worker answers immediately, ms: a host that drops packets must not cost the long limit. */
const QUICK_MS = 5000;

/** Connect's REST API, one method per use. */
export class Connectors {
    private known?: Promise<WorkerInfo>;

    constructor(readonly client: ConnectClient) {}

    /** Version and Kafka cluster of the first worker that answers. */
    worker(): Promise<WorkerInfo> {
        this.known ??= this.client.call({ method: "GET", path: "/" }, { limitMs: QUICK_MS }) as Promise<WorkerInfo>;
        return this.known;
    }

    /** Abilities of the cluster, by the version of the first worker that answers. */
    async abilities(): Promise<Abilities> {
        return abilitiesOf((await this.worker()).version);
    }

    /** The connector plugins of one worker; undefined when it does not answer. Other workers may have others. */
    async plugins(restUrl: string): Promise<ConnectorPlugin[] | undefined> {
        const outcome = await this.client.ask(restUrl, { method: "GET", path: "/connector-plugins" }, QUICK_MS);
        return outcome.ok ? (outcome.body as ConnectorPlugin[]) : undefined;
    }

    /** Config and status of each connector by name. Connect omits connectors without a status. */
    async list(): Promise<Record<string, { info: ConnectorInfo; status: ConnectorStatus }>> {
        const body = await this.client.call({ method: "GET", path: "/connectors?expand=info&expand=status" });
        return body as Record<string, { info: ConnectorInfo; status: ConnectorStatus }>;
    }

    /** Status of each connector by name. Connect omits connectors without a status. */
    async statuses(): Promise<Record<string, ConnectorStatus>> {
        const body = await this.client.call({ method: "GET", path: "/connectors?expand=status" });
        const entries = Object.entries(body as Record<string, { status: ConnectorStatus }>);
        return Object.fromEntries(entries.map(([name, { status }]) => [name, status]));
    }

    /** True when the connector exists. Unlike `info`, this is answered during a rebalance, too. */
    async has(name: string): Promise<boolean> {
        const names = await this.client.call({ method: "GET", path: "/connectors" });
        return (names as string[]).includes(name);
    }

    /** Undefined when the connector does not exist. */
    async info(name: string): Promise<ConnectorInfo | undefined> {
        return (await this.unlessAbsent({ method: "GET", path: path(name) })) as ConnectorInfo | undefined;
    }

    /** Undefined when there is no status, such as right after the connector's creation. */
    async status(name: string): Promise<ConnectorStatus | undefined> {
        return (await this.unlessAbsent({ method: "GET", path: path(name, "/status") })) as ConnectorStatus | undefined;
    }

    async validate(config: Record<string, string>): Promise<Validation> {
        const connectorClass = encodeURIComponent(config["connector.class"]!);
        const request: Request = {
            method: "PUT",
            path: `/connector-plugins/${connectorClass}/config/validate`,
            body: config,
        };
        return (await this.client.call(request)) as Validation;
    }

    /**
     * Creates a connector. Never changes an existing one.
     *
     * @param isWritten returns true when the connector exists with this config.
     * @returns the connector as the server accepted it; undefined when the answer was lost.
     */
    async create(
        config: Record<string, string>,
        initialState: DesiredState | undefined,
        isWritten: () => Promise<boolean>,
    ): Promise<ConnectorInfo | undefined> {
        const body = { name: config["name"], config, initial_state: initialState?.toUpperCase() };
        const request: Request = { method: "POST", path: "/connectors", body };
        return (await this.client.call(request, { confirm: isWritten })) as ConnectorInfo | undefined;
    }

    /** Writes the whole config of an existing connector. Parameters and result are those of `create`. */
    async putConfig(
        name: string,
        config: Record<string, string>,
        isWritten: () => Promise<boolean>,
    ): Promise<ConnectorInfo | undefined> {
        const request: Request = { method: "PUT", path: path(name, "/config"), body: config };
        return (await this.client.call(request, { confirm: isWritten })) as ConnectorInfo | undefined;
    }

    async setState(name: string, state: DesiredState): Promise<void> {
        const action = { running: "/resume", paused: "/pause", stopped: "/stop" }[state];
        await this.client.call({ method: "PUT", path: path(name, action) });
    }

    /** The configs of a connector's tasks, as one text to compare; empty when the connector does not exist. */
    async taskConfigs(name: string): Promise<string> {
        return taskConfigsText(await this.unlessAbsent({ method: "GET", path: path(name, "/tasks") }));
    }

    /**
     * Returns a function that returns true when the running workers of a connector's tasks all have new task configs. A worker
     * answers from its own view (from 3.5 on), and after the rebalance in which it stopped its old tasks. A worker that has new
     * configs is not asked again. If the workers advertise other addresses than those in `restUrls`, all workers are asked.
     *
     * @param before result of `taskConfigs` before the change.
     */
    whetherTaskConfigsChanged({ name, tasks }: ConnectorStatus, before: string): () => Promise<boolean> {
        const request: Request = { method: "GET", path: path(name, "/tasks") };
        const { restUrls } = this.client;
        const owners = [...new Set(tasks.map(({ worker_id }) => worker_id))].map((id) =>
            restUrls.find((restUrl) => new URL(restUrl).host === id),
        );
        const asked = owners.includes(undefined) || owners.length === 0 ? restUrls : (owners as string[]);
        const changed = new Set<string>();
        return async () => {
            const left = asked.filter((restUrl) => !changed.has(restUrl));
            const unsure = await Promise.all(
                left.map(async (restUrl) => {
                    const outcome = await this.client.ask(restUrl, request, QUICK_MS);
                    if (outcome.ok && taskConfigsText(outcome.body) !== before) changed.add(restUrl);
                    return !changed.has(restUrl) && (outcome.ok || outcome.kind !== "unreachable");
                }),
            );
            return changed.size > 0 && !unsure.includes(true);
        };
    }

    /** Restarts a connector and its tasks one after the other; each has been stopped and started when this returns. */
    async restartAll(name: string): Promise<void> {
        await this.restartMembers(name, () => true);
    }

    /**
     * Restarts a FAILED connector and its FAILED tasks.
     *
     * @returns how long the old status may still be visible, ms. During the start the status is RESTARTING from 3.0 on; before
     *   3.0 it stays FAILED.
     */
    async restartFailed(name: string): Promise<number> {
        if ((await this.abilities()).restartTasks) {
            await this.client.call({ method: "POST", path: path(name, "/restart?includeTasks=true&onlyFailed=true") });
            return 2000;
        }
        await this.restartMembers(name, ({ state }) => state === "FAILED");
        return 10_000;
    }

    /**
     * Topics that a connector has used since its creation, or since the last reset of them; none when no worker returns them,
     * such as with `topic.tracking.enable=false`.
     */
    async topics(name: string): Promise<string[]> {
        for (const restUrl of this.client.restUrls) {
            const request: Request = { method: "GET", path: path(name, "/topics") };
            const outcome = await this.client.ask(restUrl, request, QUICK_MS);
            if (outcome.ok) {
                return (outcome.body as Record<string, { topics: string[] } | undefined>)[name]?.topics ?? [];
            }
            if (outcome.answered) {
                return [];
            }
        }
        return [];
    }

    /** The offsets of a source, or of a sink's consumer group. */
    async offsets(name: string): Promise<ConnectorOffset[]> {
        const body = await this.client.call({ method: "GET", path: path(name, "/offsets"), exact: true });
        return (body as { offsets: ConnectorOffset[] }).offsets;
    }

    /**
     * Changes the given offsets of a stopped connector (`PATCH`), or deletes all offsets (`DELETE`).
     *
     * @param isChanged returns true when the offsets are as requested.
     * @returns Connect's message; undefined when the answer was lost.
     */
    async changeOffsets(
        name: string,
        offsets: ConnectorOffset[] | undefined,
        isChanged: () => Promise<boolean>,
    ): Promise<string | undefined> {
        const request: Request = offsets
            ? { method: "PATCH", path: path(name, "/offsets"), body: { offsets } }
            : { method: "DELETE", path: path(name, "/offsets") };
        const body = await this.client.call(request, { confirm: isChanged });
        return (body as { message: string } | undefined)?.message;
    }

    /** Deletes a connector. One that does not exist is not an error. */
    async remove(name: string): Promise<void> {
        const gone = async () => (await this.info(name)) === undefined;
        await this.unlessAbsent({ method: "DELETE", path: path(name) }, gone);
    }

    private async restartMembers(name: string, isIncluded: (member: MemberStatus) => boolean): Promise<void> {
        const status = await this.status(name);
        if (status && isIncluded(status.connector)) {
            await this.client.call({ method: "POST", path: path(name, "/restart") });
        }
        for (const task of status?.tasks.filter(isIncluded) ?? []) {
            await this.unlessAbsent({ method: "POST", path: path(name, `/tasks/${task.id}/restart`) });
        }
    }

    private async unlessAbsent(request: Request, confirm?: () => Promise<boolean>): Promise<unknown> {
        try {
            return await this.client.call(request, { confirm });
        } catch (error) {
            if (error instanceof ConnectError && error.kind === "absent") {
                return undefined;
            }
            throw error;
        }
    }
}

/** The order of tasks and settings differs between workers. */
function taskConfigsText(body: unknown): string {
    const tasks = body as { id: { task: number }; config: Record<string, string> }[] | undefined;
    const sorted = tasks?.map(({ id, config }) => [id.task, Object.entries(config).sort()] as const);
    return sorted === undefined ? "" : JSON.stringify(sorted.sort(([a], [b]) => a - b));
}

function path(name: string, rest = ""): string {
    return `/connectors/${encodeURIComponent(name)}${rest}`;
}
