import { errorReply, jsonReply, Reply } from "./faults";

interface FakeOffset {
    partition: unknown;
    offset: unknown;
}

/** A task of a fake worker. */
export interface FakeTask {
    state?: "FAILED";
    /** What the task has read when it started: {@link runningWith}. */
    runsWith?: string;
}

/** A connector of a fake worker. */
export interface FakeConnector {
    config: Record<string, string>;
    state: string;
    generation: number;
    /** One without settings, when not given. */
    tasks?: FakeTask[];
    offsets?: FakeOffset[];
}

/** What a task reads when it starts. */
export function runningWith(config: Record<string, string>, secret: string): string {
    return JSON.stringify([Object.entries(config).sort(), secret]);
}

/** The tasks that a connector has; a stopped one has none. */
export function tasksOf({ state, tasks = [{}] }: FakeConnector): FakeTask[] {
    return state === "STOPPED" ? [] : tasks;
}

/** `GET /connectors/x`. */
export function info(name: string, { config }: FakeConnector): unknown {
    return { name, config, tasks: [], type: "sink" };
}

/** `GET /connectors/x/tasks`. */
export function taskInfos(name: string, connector: FakeConnector): unknown[] {
    return tasksOf(connector).map((_, task) => ({ id: { connector: name, task }, config: connector.config }));
}

/** `GET /connectors/x/status`. Each write moves the tasks to another worker, so that a restart can be seen. */
export function status(name: string, connector: FakeConnector): unknown {
    const member = { state: connector.state, worker_id: `fake:${connector.generation}` };
    const tasks = tasksOf(connector).map(({ state }, id) => ({ id, ...member, ...(state && { state }) }));
    return { name, connector: member, tasks, type: "sink" };
}

/** `PATCH` and `DELETE /connectors/x/offsets`. */
export function changeOffsets(name: string, connector: FakeConnector, given?: FakeOffset[]): Reply {
    if (connector.state !== "STOPPED") {
        const text = `Connectors must be in the STOPPED state before their offsets can be modified. This can be done with ${name}`;
        return errorReply(400, text);
    }
    const isGiven = ({ partition }: FakeOffset) =>
        given?.some((other) => JSON.stringify(other.partition) === JSON.stringify(partition));
    const others = (connector.offsets ?? []).filter((entry) => given && !isGiven(entry));
    connector.offsets = [...others, ...(given ?? []).filter(({ offset }) => offset !== null)];
    return jsonReply(200, { message: "The offsets for this connector have been altered successfully" });
}
