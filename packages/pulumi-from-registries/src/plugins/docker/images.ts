import Docker from "dockerode";
import { Context } from "../protocol/resource";
import { attempt, unlessMissing } from "./engineWords";
import { followOutput } from "./followOutput";

/** What the engine knows of an image by its name or id; `undefined` when it has none. */
export function inspectImage(client: Docker, name: string): Promise<Docker.ImageInspectInfo | undefined> {
    return unlessMissing(client.getImage(name).inspect());
}

/** Lets the engine fetch an image from its registry. */
export async function pullImage(name: string, { client, progress, signal }: Context<Docker>): Promise<void> {
    const what = `unable to pull image ${name}`;
    const output = await attempt(what, client.pull(name, { abortSignal: signal }));
    await attempt(what, followOutput(output, progress));
}
