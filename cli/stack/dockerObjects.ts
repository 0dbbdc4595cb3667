import { connectEngine, type EngineAddress } from "@connect-cdc/docker-engine";
import { labelFilter, stackPrefix } from "../../docker/labels";
import { PROJECT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";

/** Something of a stack that a Docker engine holds. */
export interface DockerObject {
    kind: "container" | "network" | "volume" | "image";
    /** Id; the name of a volume or an image tag, which has no id. */
    id: string;
    name: string;
    /** The engine that holds it. */
    engine: EngineAddress;
    /** Containers only. */
    running?: boolean;
}

/** All objects of an engine with the labels of a stack, and the image tags under its name. */
export async function listDockerObjects(
    stack: string,
    engine: EngineAddress = { endpoint: dockerEndpoint() },
): Promise<DockerObject[]> {
    const docker = connectEngine(engine);
    const identity = { project: PROJECT, stack };
    const filters = { label: labelFilter(identity) };
    const [containers, networks, { Volumes: volumes }, images] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
        docker.listImages({ filters: { reference: [`${stackPrefix(identity)}/*`] } }),
    ]);
    const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
    return [
        ...containers.map(({ Id, Names, State }) => ({
            kind: "container" as const,
            id: Id,
            name: Names[0]?.slice(1) ?? Id,
            running: State === "running",
        })),
        ...networks.map(({ Id, Name }) => ({ kind: "network" as const, id: Id, name: Name })),
        ...(volumes ?? []).map(({ Name }) => ({ kind: "volume" as const, id: Name, name: Name })),
        ...tags.map((tag) => ({ kind: "image" as const, id: tag, name: tag })),
    ].map((object) => ({ ...object, engine }));
}

/** Removes objects: containers first, because they use the others. An object that does not exist counts as removed. */
export async function removeDockerObjects(objects: DockerObject[]): Promise<void> {
    for (const kind of ["container", "network", "volume", "image"] as const) {
        const ofKind = objects.filter((object) => object.kind === kind);
        await Promise.all(ofKind.map(removeDockerObject));
    }
}

async function removeDockerObject({ kind, id, engine }: DockerObject): Promise<void> {
    const docker = connectEngine(engine);
    try {
        // v: with the volumes that have no name; named ones stay
        if (kind === "container") await docker.getContainer(id).remove({ force: true, v: true });
        if (kind === "network") await docker.getNetwork(id).remove();
        if (kind === "volume") await docker.getVolume(id).remove();
        if (kind === "image") await docker.getImage(id).remove();
    } catch (error) {
        if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    }
}
