import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { docker, listContainers, stackFilter } from "./docker";

/** A program's output in a container, run by the container's own user. */
export async function runInContainer(id: string, command: string, engine = docker): Promise<string> {
    const options = { Cmd: ["/bin/bash", "-c", command], AttachStdout: true, AttachStderr: true, Tty: true };
    const exec = await engine.getContainer(id).exec(options);
    return (await (await exec.start({ Tty: true, hijack: true })).toArray()).map(String).join("");
}

/** Arguments and environments of all processes of a container. */
export function processesIn(id: string, engine = docker): Promise<string> {
    return runInContainer(
        id,
        "for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/cmdline; tr '\\0' '\\n' < $p/environ; done",
        engine,
    );
}

/** All that a container has logged. */
export async function logOf(id: string, engine = docker): Promise<string> {
    return (await engine.getContainer(id).logs({ stdout: true, stderr: true, follow: false })).toString();
}

/** The engine's answers on a stack's containers, their images with all layers' commands, its volumes and networks. */
export async function engineTexts(stack: string, engine = docker): Promise<{ inspected: string[]; history: string[] }> {
    const containers = await listContainers(stack, engine);
    const label = { filters: { label: stackFilter(stack) } };
    const inspected = await Promise.all([
        ...containers.map(({ Id }) => engine.getContainer(Id).inspect()),
        ...imagesOf(containers).map((id) => engine.getImage(id).inspect()),
        engine.listVolumes(label),
        engine.listNetworks(label),
    ]);
    const history = await Promise.all(imagesOf(containers).map((id) => engine.getImage(id).history()));
    return {
        inspected: inspected.map((one) => JSON.stringify(one)),
        history: history.map((one) => JSON.stringify(one)),
    };
}

/** The images of a stack as `docker save` writes them: one archive, each layer once and not compressed. */
export async function savedImages(stack: string): Promise<Readable> {
    const names = imagesOf(await listContainers(stack)).map((id) => `names=${encodeURIComponent(id)}`);
    const path = `/images/get?${names.join("&")}`;
    return new Promise((resolve, reject) =>
        docker.modem.dial({ path, method: "GET", isStream: true, statusCodes: { 200: true } }, (error, stream) =>
            error ? reject(error) : resolve(stream as Readable),
        ),
    );
}

/** A folder of a container, also of one that has ended, as an archive. */
export async function folderOf(id: string, path: string, engine = docker): Promise<Readable> {
    return (await engine.getContainer(id).getArchive({ path })) as Readable;
}

/** Paths and texts of all files in a folder, its own folders included, up to a size in bytes. */
export function filesIn(folder: string, largest = Infinity): { path: string; content: Buffer }[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => statSync(path).size <= largest)
        .map((path) => ({ path, content: readFileSync(path) }));
}

function imagesOf(containers: Docker.ContainerInfo[]): string[] {
    return [...new Set(containers.map(({ ImageID }) => ImageID))];
}
