import Docker from "dockerode";
import { Context, Resource, State } from "../protocol/resource";
import { Fields, flag, listOf, map, object, text } from "../protocol/schema";
import { Properties } from "../protocol/values";
import { buildContext } from "./buildContext";
import { attempt, ignoreMissing } from "./engineErrors";
import { followOutput } from "./followOutput";
import { inspectImage, pullImage } from "./images";

const fields: Fields = {
    name: text({ required: true, replace: true }),
    // A set in the released plugin: every change in it replaces the image
    build: object(
        {
            context: text({ required: true }),
            dockerfile: text({ default: "Dockerfile" }),
            buildArgs: map(),
            labels: map(),
            target: text(),
            noCache: flag(),
            remove: flag({ default: true }),
            forceRemove: flag(),
            pullParent: flag(),
            networkMode: text(),
            tags: listOf(text()),
            useLegacyBuilder: flag(),
        },
        { replace: true },
    ),
    triggers: map({ replace: true }),
    keepLocally: flag(),
    forceRemove: flag(),
};

interface Build {
    context: string;
    dockerfile?: string;
    buildArgs?: Record<string, string>;
    labels?: Record<string, string>;
    target?: string;
    noCache?: boolean;
    remove?: boolean;
    forceRemove?: boolean;
    pullParent?: boolean;
    networkMode?: string;
    tags?: string[];
}

/** An image of one engine. The engine's classic builder builds it, or it is pulled when the engine does not have it. */
export const remoteImage: Resource<Docker> = {
    fields,
    deleteBeforeReplace: "never",
    outputs: ["imageId", "repoDigest"],

    async create(inputs, context) {
        const { client } = context;
        const name = String(inputs.name);
        if (inputs.build) await build(name, inputs.build as unknown as Build, context);
        else if ((await inspectImage(client, name)) === undefined) await pullImage(name, context);
        const found = await inspectImage(client, name);
        if (found === undefined) throw new Error(`unable to find image ${name} after its build or pull`);
        return stateOf(inputs, found);
    },

    async read({ properties }, { client }) {
        const found = await inspectImage(client, String(properties.name));
        return found === undefined ? undefined : stateOf(properties, found);
    },

    async update(state, inputs) {
        const { imageId, repoDigest } = state.properties;
        return { ...inputs, imageId, repoDigest };
    },

    /** Removes the name, as the released plugin does. The engine removes the image with its last name. */
    async delete({ properties }, { client }) {
        if (properties.keepLocally === true) return;
        const name = String(properties.name);
        const removal = client.getImage(name).remove({ force: properties.forceRemove === true });
        await attempt(`unable to remove image ${name}`, ignoreMissing(removal));
    },
};

async function build(name: string, wanted: Build, context: Context<Docker>): Promise<void> {
    const dockerfile = wanted.dockerfile || "Dockerfile";
    const options = {
        // The type permits one name only
        t: [name, ...(wanted.tags ?? [])] as unknown as string,
        dockerfile,
        buildargs: wanted.buildArgs,
        labels: wanted.labels,
        target: wanted.target,
        nocache: wanted.noCache,
        rm: wanted.remove ?? true,
        forcerm: wanted.forceRemove,
        pull: wanted.pullParent,
        networkmode: wanted.networkMode,
        version: "1" as const,
        abortSignal: context.signal,
    };
    const what = `unable to build image ${name}`;
    const files = buildContext(wanted.context, dockerfile);
    const unreadable = new Promise<never>((_, reject) => files.once("error", reject));
    const output = await attempt(what, Promise.race([context.client.buildImage(files, options), unreadable]));
    await attempt(what, followOutput(output, context.progress));
}

function stateOf(asked: Properties, found: Docker.ImageInspectInfo): State {
    const name = String(asked.name);
    const properties = { ...asked, imageId: found.Id, repoDigest: found.RepoDigests?.[0] ?? "" };
    return { id: found.Id + name, properties };
}
