import Docker from "dockerode";
import { Context } from "../protocol/resource";
import { attempt, unlessMissing } from "./engineErrors";
import { followOutput } from "./followOutput";

/** Inspects an image by its name or id; undefined when the engine does not have it. */
export function inspectImage(client: Docker, name: string): Promise<Docker.ImageInspectInfo | undefined> {
    return unlessMissing(client.getImage(name).inspect());
}

/** Pulls an image from its registry. */
export async function pullImage(name: string, { client, progress, signal }: Context<Docker>): Promise<void> {
    const what = `unable to pull image ${name}`;
    const output = await attempt(what, client.pull(name, { abortSignal: signal }));
    await attempt(what, followOutput(output, progress));
}
