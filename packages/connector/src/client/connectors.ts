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

/** Limit for the question which worker is there, ms: a host that swallows packets must not cost the long one. */
const HELLO_TIMEOUT_MS = 5000;

/** Connect's REST API, one method per use that the lifecycle has for it. */
export class Connectors {
    private known?: Promise<WorkerInfo>;

    constructor(readonly client: ConnectClient) {}

    /** The worker that answers first: its version, and the Kafka cluster it belongs to. */
    worker(): Promise<WorkerInfo> {
        this.known ??= this.client.call(
            { method: "GET", path: "/" },
            { limitMs: HELLO_TIMEOUT_MS },
        ) as Promise<WorkerInfo>;
        return this.known;
    }

    /** What the cluster can do, by the version of the worker that answers. */
    async abilities(): Promise<Abilities> {
        return abilitiesOf((await this.worker()).version);
    }

    /** The connector plugins of one worker; undefined when it gives no answer. Other workers may have others. */
    async plugins(restUrl: string): Promise<ConnectorPlugin[] | undefined> {
        const outcome = await this.client.ask(restUrl, { method: "GET", path: "/connector-plugins" }, HELLO_TIMEOUT_MS);
        return outcome.ok ? (outcome.body as ConnectorPlugin[]) : undefined;
    }

    /** Name -> what the cluster knows of it. A connector without a status is left out by Connect. */
    async list(): Promise<Record<string, { info: ConnectorInfo; status: ConnectorStatus }>> {
        const body = await this.client.call({ method: "GET", path: "/connectors?expand=info&expand=status" });
        return body as Record<string, { info: ConnectorInfo; status: ConnectorStatus }>;
    }

    /** Name -> its status, of all connectors that have one. */
    async statuses(): Promise<Record<string, ConnectorStatus>> {
        const body = await this.client.call({ method: "GET", path: "/connectors?expand=status" });
        const entries = Object.entries(body as Record<string, { status: ConnectorStatus }>);
        return Object.fromEntries(entries.map(([name, { status }]) => [name, status]));
    }

    /** True when a worker knows of such a connector. Unlike `info` it is answered during a rebalance, too. */
    async has(name: string): Promise<boolean> {
        const names = await this.client.call({ method: "GET", path: "/connectors" });
        return (names as string[]).includes(name);
    }

    /** Undefined when there is no such connector. */
    async info(name: string): Promise<ConnectorInfo | undefined> {
        return (await this.unlessAbsent({ method: "GET", path: path(name) })) as ConnectorInfo | undefined;
    }

    /** Undefined while there is none, such as right after the connector's creation. */
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
     * Creates a connector; never changes one that is there.
     *
     * @param written true when the connector is there with this config.
     * @returns the connector as the server took it; undefined when its answer was lost.
     */
    async create(
        config: Record<string, string>,
        initialState: DesiredState | undefined,
        written: () => Promise<boolean>,
    ): Promise<ConnectorInfo | undefined> {
        const body = { name: config["name"], config, initial_state: initialState?.toUpperCase() };
        const request: Request = { method: "POST", path: "/connectors", body };
        return (await this.client.call(request, { confirm: written })) as ConnectorInfo | undefined;
    }

    /** Writes the whole config of a connector that is there. Parameters and answer are those of `create`. */
    async putConfig(
        name: string,
        config: Record<string, string>,
        written: () => Promise<boolean>,
    ): Promise<ConnectorInfo | undefined> {
        const request: Request = { method: "PUT", path: path(name, "/config"), body: config };
        return (await this.client.call(request, { confirm: written })) as ConnectorInfo | undefined;
    }

    async setState(name: string, state: DesiredState): Promise<void> {
        const action = { running: "/resume", paused: "/pause", stopped: "/stop" }[state];
        await this.client.call({ method: "PUT", path: path(name, action) });
    }

    /** The configs of a connector's tasks, as one text to compare with; empty when there is no such connector. */
    async taskConfigs(name: string): Promise<string> {
        return taskConfigsText(await this.unlessAbsent({ method: "GET", path: path(name, "/tasks") }));
    }

    /**
     * A question that may be repeated: do the workers of a connector's tasks, as far as they are up, say that the tasks have
     * other configs than these? Each tells what it knows by itself (from 3.5 on), and after the rebalance in which it stopped
     * its old tasks. One that has said so is not asked again. Where the tasks' workers have other addresses here than among
     * themselves, all workers are asked.
     *
     * @param before as `taskConfigs` gave it.
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
                    const outcome = await this.client.ask(restUrl, request, HELLO_TIMEOUT_MS);
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
     * Restarts what has FAILED of a connector and its tasks.
     *
     * @returns how long the old status may still be seen, ms. While they start, members are RESTARTING from 3.0 on; before,
     *   they are FAILED as ever.
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
     * Topics that a connector has used since its creation, or since somebody reset them; none when no worker tells, such as
     * with `topic.tracking.enable=false`.
     */
    async topics(name: string): Promise<string[]> {
        for (const restUrl of this.client.restUrls) {
            const request: Request = { method: "GET", path: path(name, "/topics") };
            const outcome = await this.client.ask(restUrl, request, HELLO_TIMEOUT_MS);
            if (outcome.ok) {
                return (outcome.body as Record<string, { topics: string[] } | undefined>)[name]?.topics ?? [];
            }

            if (outcome.answered) return [];
        }
        return [];
    }

    /** How far a connector has come; of a sink, what its consumer group has committed. */
    async offsets(name: string): Promise<ConnectorOffset[]> {
        const body = await this.client.call({ method: "GET", path: path(name, "/offsets"), exact: true });
        return (body as { offsets: ConnectorOffset[] }).offsets;
    }

    /**
     * Changes offsets of a stopped connector: those given (`PATCH`), or, with none given, all of them away (`DELETE`).
     *
     * @param changed true when the offsets are as wanted.
     * @returns what Connect says to it; undefined when its answer was lost.
     */
    async changeOffsets(
        name: string,
        offsets: ConnectorOffset[] | undefined,
        changed: () => Promise<boolean>,
    ): Promise<string | undefined> {
        const request: Request = offsets
            ? { method: "PATCH", path: path(name, "/offsets"), body: { offsets } }
            : { method: "DELETE", path: path(name, "/offsets") };
        const body = await this.client.call(request, { confirm: changed });
        return (body as { message: string } | undefined)?.message;
    }

    /** Deletes a connector; one that is not there is fine. */
    async remove(name: string): Promise<void> {
        const gone = async () => (await this.info(name)) === undefined;
        await this.unlessAbsent({ method: "DELETE", path: path(name) }, gone);
    }

    private async restartMembers(name: string, meant: (member: MemberStatus) => boolean): Promise<void> {
        const status = await this.status(name);
        if (status && meant(status.connector)) await this.client.call({ method: "POST", path: path(name, "/restart") });

        for (const task of status?.tasks.filter(meant) ?? []) {
            await this.unlessAbsent({ method: "POST", path: path(name, `/tasks/${task.id}/restart`) });
        }
    }

    private async unlessAbsent(request: Request, confirm?: () => Promise<boolean>): Promise<unknown> {
        try {
            return await this.client.call(request, { confirm });
        } catch (error) {
            if (error instanceof ConnectError && error.kind === "absent") return undefined;

            throw error;
        }
    }
}

/** Workers list tasks and settings in an order of their own. */
function taskConfigsText(body: unknown): string {
    const tasks = body as { id: { task: number }; config: Record<string, string> }[] | undefined;
    const sorted = tasks?.map(({ id, config }) => [id.task, Object.entries(config).sort()] as const);
    return sorted === undefined ? "" : JSON.stringify(sorted.sort(([a], [b]) => a - b));
}

function path(name: string, rest = ""): string {
    return `/connectors/${encodeURIComponent(name)}${rest}`;
}
