import Docker from "dockerode";
import { Context, Resource, State, UnfinishedError } from "../../protocol/resource";
import { Properties } from "../../protocol/values";
import { attempt, engineMessage, unlessMissing } from "../engineErrors";
import { inspectImage, pullImage } from "../images";
import { awaitStart } from "./awaitStart";
import { CONTAINER_OUTPUTS, containerProperties, isUp } from "./containerProperties";
import { createContainer, startContainer } from "./createContainer";
import { limits } from "./createRequest";
import { removeContainer, stopContainer } from "./removeContainer";
import { containerFields } from "./schema";
import { asInputs } from "./types";

/** Properties that the engine can change in a running container. */
const LIMITS = [
    "restart",
    "maxRetryCount",
    "memory",
    "memorySwap",
    "memoryReservation",
    "cpuShares",
    "cpuSet",
    "cpuPeriod",
    "cpuQuota",
];

/** A container of one engine. */
export const container: Resource<Docker> = {
    fields: containerFields,
    deleteBeforeReplace: "always",
    outputs: CONTAINER_OUTPUTS,
    autoName: true,

    async create(properties, context) {
        const inputs = asInputs(properties);
        if ((await inspectImage(context.client, inputs.image)) === undefined) await pullImage(inputs.image, context);
        const made = await createContainer(properties, context.client);
        return finish(made, properties, context);
    },

    async read({ id, properties }, { client }) {
        const found = await unlessMissing(client.getContainer(id).inspect());
        return found === undefined ? undefined : { id, properties: containerProperties(properties, found) };
    },

    async update({ id, properties: olds }, news, context) {
        const existing = context.client.getContainer(id);
        const inputs = asInputs(news);
        const found = await unlessMissing(existing.inspect());
        if (found === undefined) {
            throw new Error(`container ${inputs.name} does not exist any more. Run pulumi up --refresh.`);
        }
        if (LIMITS.some((name) => (olds[name] ?? 0) !== (news[name] ?? 0))) {
            await attempt(`unable to update container ${inputs.name}`, existing.update(limits(inputs)));
        }

        const stopped = !isUp(found.State) && inputs.mustRun !== false;
        if (stopped) await startContainer(existing, inputs);
        // An earlier update ended before its outputs were known
        if (stopped || olds.bridge === undefined) return (await finish(existing, news, context)).properties;
        return containerProperties({ ...news, containerLogs: olds.containerLogs }, await existing.inspect());
    },

    async delete({ id, properties }, { client }) {
        const { name, rm, attach, destroyGraceSeconds = 0, removeVolumes = true } = asInputs(properties);
        // The engine removes it when its process ends
        if (rm) return;
        const existing = client.getContainer(id);
        if (!attach && destroyGraceSeconds > 0) await stopContainer(existing, name, destroyGraceSeconds);
        await attempt(`unable to remove container ${name}`, removeContainer(existing, removeVolumes));
    },
};

/** Waits as the inputs require. A container that fails is kept, so that its log can be read. */
async function finish(made: Docker.Container, asked: Properties, context: Context<Docker>): Promise<State> {
    try {
        const containerLogs = await awaitStart(made, asInputs(asked), context);
        return { id: made.id, properties: containerProperties({ ...asked, containerLogs }, await made.inspect()) };
    } catch (error) {
        throw new UnfinishedError({ id: made.id, properties: asked }, engineMessage(error));
    }
}
