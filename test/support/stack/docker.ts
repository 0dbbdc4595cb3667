import Docker from "dockerode";
import { listDockerObjects, removeDockerObjects } from "../../../cli/stack/dockerObjects";
import { labelFilter, objectName, stackOf } from "../../../docker/labels";
import { done, pending, waitFor } from "../../../servers/wait";
import { PROJECT } from "../../../tools/project";
import { dockerEndpoint } from "../../../tools/setup/dockerEngine";

/** The engine that test stacks run on. */
export const docker = new Docker({ socketPath: dockerEndpoint().replace(/^unix:\/\//, "") });

/** Full name of a member's container: "kafka-0" of stack "test" is "connect-cdc-test-kafka-0". */
export function containerName(stack: string, member: string): string {
    return objectName({ project: PROJECT, stack }, member);
}

/** Values of the engine's filter `label` for the objects of a stack. */
export function stackFilter(stack: string): string[] {
    return labelFilter({ project: PROJECT, stack });
}

/** All containers of a stack on an engine, running or not. */
export async function listContainers(stack: string, engine = docker): Promise<Docker.ContainerInfo[]> {
    return engine.listContainers({ all: true, filters: { label: stackFilter(stack) } });
}

/** Ids of the stack's containers by member, such as "kafka-0"; of those that run, or of all. */
export async function memberIds(stack: string, runningOnly = false): Promise<Record<string, string>> {
    const containers = (await listContainers(stack)).filter(({ State }) => !runningOnly || State === "running");
    const prefix = containerName(stack, "").length + 1;
    return Object.fromEntries(containers.map(({ Names, Id }) => [Names[0]?.slice(prefix) ?? Id, Id]));
}

/** Names of all containers, networks, volumes and image tags of a stack. */
export async function namesOfStack(stack: string): Promise<string[]> {
    return (await listDockerObjects(stack)).map(({ kind, name }) => `${kind} ${name}`).sort();
}

/** Removes all that a stack left, volumes included. */
export async function removeStackObjects(stack: string): Promise<void> {
    await removeDockerObjects(await listDockerObjects(stack));
}

/** Names of the stacks of this project that have anything on the engine. */
export async function stacksOnEngine(): Promise<string[]> {
    const filters = { label: labelFilter({ project: PROJECT }) };
    const [containers, networks, { Volumes }, images] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
        docker.listImages({ filters: { reference: [`${PROJECT}-*/*`] } }),
    ]);
    const labels = [...containers, ...networks, ...(Volumes ?? [])].map(({ Labels }) => stackOf(Labels).stack);
    const prefixes = images
        .flatMap(({ RepoTags }) => RepoTags ?? [])
        .map((tag) => tag.slice(PROJECT.length + 1, tag.indexOf("/")));
    return [...new Set([...labels, ...prefixes])].filter((name) => name !== undefined).sort();
}

/**
 * Ends a container's main process as a crash would: SIGKILL from outside. (`docker kill` is no crash: the engine then
 * leaves the container down, with any restart policy.) The signal is sent from a container in the host's process
 * namespace, so that the test needs no root.
 */
export async function crashContainer(name: string): Promise<void> {
    const { State, Image, Config } = await docker.getContainer(name).inspect();
    // 0 means a process that has ended; kill would use it for the whole process group.
    if (!(State.Pid > 1)) throw new Error(`container ${name} has no running process (pid ${State.Pid})`);

    const killer = await docker.createContainer({
        Image,
        Entrypoint: ["/bin/bash", "-c", `kill -9 ${State.Pid}`],
        Cmd: [],
        User: "0",
        Labels: Object.fromEntries(Object.entries(Config.Labels).filter(([label]) => label.startsWith("connect-cdc."))),
        HostConfig: { PidMode: "host", NetworkMode: "none" },
    });
    try {
        await killer.start();
        const { StatusCode } = (await killer.wait()) as { StatusCode: number };
        if (StatusCode !== 0) {
            throw new Error(`process ${State.Pid} of ${name} could not be killed (exit code ${StatusCode})`);
        }
    } finally {
        await killer.remove({ force: true });
    }
}

/** Waits until the engine has started a crashed container again. */
export async function waitForRestart(name: string, restartsBefore: number): Promise<void> {
    const check = async () => {
        const { RestartCount, State } = await docker.getContainer(name).inspect();
        return RestartCount > restartsBefore && State.Running ? done() : pending(`restarts: ${RestartCount}`);
    };
    await waitFor(check, { what: `container ${name} to be restarted by the engine`, timeoutSeconds: 30 });
}
