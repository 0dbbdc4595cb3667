import { createReadStream, readFileSync } from "node:fs";
import { resolve } from "node:path";
import Docker from "dockerode";
import { baseWay, rootfs } from "../../../images/staging/baseImage";

const DOCKERFILE = resolve(__dirname, "../../../images/base/Dockerfile");

export const docker = new Docker();

/** An image with a shell under `name`, from what the base image is made of; no registry is needed where it is not. */
export async function makeTestImage(name: string): Promise<void> {
    const dockerfile = readFileSync(DOCKERFILE, "utf8");
    if ((await baseWay(dockerfile)) === "rootfs") {
        await finish(await docker.importImage(createReadStream(await rootfs()), { repo: name }));
        return;
    }
    const published = /^FROM (\S+)/m.exec(dockerfile)?.[1] ?? "";
    await finish(await docker.pull(published));
    const [repo = "", tag] = name.split(":");
    await docker.getImage(published).tag({ repo, tag });
}

export async function removeTestImage(name: string): Promise<void> {
    await docker.getImage(name).remove({ force: true });
}

function finish(output: NodeJS.ReadableStream): Promise<unknown> {
    return new Promise((resolve, reject) =>
        docker.modem.followProgress(output, (error, result) => (error === null ? resolve(result) : reject(error))),
    );
}

/** What a command in a running container prints. */
export async function execute(container: string, ...command: string[]): Promise<string> {
    const exec = await docker
        .getContainer(container)
        .exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true });
    const stream = await exec.start({ Tty: true });
    let text = "";
    for await (const piece of stream) text += String(piece);
    return text;
}
