import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { Context, Resource, State, UnfinishedError } from "../../protocol/resource";
import { Properties } from "../../protocol/values";
import { attempt, engineWords, hasStatus, ignoreMissing, unlessMissing } from "../engineWords";
import { inspectImage, pullImage } from "../images";
import { awaitHealth, died } from "./awaitHealth";
import { createRequest, limits } from "./createRequest";
import { CONTAINER_OUTPUTS, describe, isUp } from "./describe";
import { readLogs } from "./logs";
import { containerFields } from "./schema";
import { asInputs, ContainerInputs } from "./types";
import { upload } from "./upload";

/** A process that dies at once takes this long to be noticed by the engine. */
const SETTLE_MILLISECONDS = 100;
/** Properties that the engine changes in a running container. */
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
        const made = await make(inputs, context.client);
        return finish(made, properties, context);
    },

    async read({ id, properties }, { client }) {
        const found = await unlessMissing(client.getContainer(id).inspect());
        return found === undefined ? undefined : { id, properties: describe(properties, found) };
    },

    async update({ id, properties: olds }, news, context) {
        const existing = context.client.getContainer(id);
        const inputs = asInputs(news);
        if (LIMITS.some((name) => (olds[name] ?? 0) !== (news[name] ?? 0))) {
            await attempt(`unable to update container ${inputs.name}`, existing.update(limits(inputs)));
        }
        const stopped = !isUp((await existing.inspect()).State) && inputs.mustRun !== false;
        if (stopped) await start(existing, inputs);
        // an earlier run left it before its outputs were known
        if (stopped || olds.bridge === undefined) return (await finish(existing, news, context)).properties;
        return describe({ ...news, containerLogs: olds.containerLogs }, await existing.inspect());
    },

    async delete({ id, properties }, { client }) {
        const { name, rm, attach, destroyGraceSeconds = 0, removeVolumes = true } = asInputs(properties);
        // the engine removes it by itself
        if (rm) return;
        const existing = client.getContainer(id);
        if (!attach && destroyGraceSeconds > 0) await stop(existing, name, destroyGraceSeconds);
        await attempt(`unable to remove container ${name}`, remove(existing, removeVolumes));
    },
};

/** Makes the container ready to start, or leaves nothing behind. */
async function make(inputs: ContainerInputs, client: Docker): Promise<Docker.Container> {
    const made = await attempt(
        `unable to create container ${inputs.name}`,
        client.createContainer(createRequest(inputs)),
    );
    try {
        await joinNetworks(client, made, inputs);
        await upload(made, inputs.uploads ?? []);
        await start(made, inputs);
        return made;
    } catch (error) {
        await remove(made, true).catch(() => {});
        throw error;
    }
}

async function start(existing: Docker.Container, inputs: ContainerInputs): Promise<void> {
    if (inputs.start === false) return;
    await attempt(`unable to start container ${inputs.name}`, existing.start());
}

/** Waits for what the program wants to wait for. A container that fails in this stays, so that its log can be read. */
async function finish(made: Docker.Container, asked: Properties, context: Context<Docker>): Promise<State> {
    try {
        const containerLogs = await comeUp(made, asInputs(asked), context);
        return { id: made.id, properties: describe({ ...asked, containerLogs }, await made.inspect()) };
    } catch (error) {
        throw new UnfinishedError({ id: made.id, properties: asked }, engineWords(error));
    }
}

async function comeUp(
    made: Docker.Container,
    inputs: ContainerInputs,
    context: Context<Docker>,
): Promise<string | undefined> {
    if (inputs.start === false) return undefined;
    if (inputs.attach) return runToEnd(made, inputs);
    if (inputs.wait) await awaitHealth(made, inputs, context);
    else if (inputs.mustRun !== false) await settle(made, inputs.name);
    return undefined;
}

async function runToEnd(made: Docker.Container, inputs: ContainerInputs): Promise<string | undefined> {
    await made.wait();
    if (inputs.mustRun !== false) throw await died(made, inputs.name);
    return inputs.logs ? readLogs(made) : undefined;
}

async function settle(made: Docker.Container, name: string): Promise<void> {
    await sleep(SETTLE_MILLISECONDS);
    const { State } = await made.inspect();
    if (!isUp(State)) throw await died(made, name);
}

/** As the released plugin does it: from the default network to those the program names. */
async function joinNetworks(
    client: Docker,
    made: Docker.Container,
    { name, networksAdvanced }: ContainerInputs,
): Promise<void> {
    if (networksAdvanced === undefined || networksAdvanced.length === 0) return;
    await leaveDefaultNetwork(client, made, name);
    for (const network of networksAdvanced) {
        const { aliases, ipv4Address, ipv6Address } = network;
        const endpoint = {
            Aliases: aliases,
            IPAMConfig: { IPv4Address: ipv4Address, IPv6Address: ipv6Address },
        };
        const joining = client.getNetwork(network.name).connect({ Container: made.id, EndpointConfig: endpoint });
        await attempt(`unable to connect container ${name} to network ${network.name}`, joining);
    }
}

async function leaveDefaultNetwork(client: Docker, made: Docker.Container, name: string): Promise<void> {
    try {
        await client.getNetwork("bridge").disconnect({ Container: made.id });
    } catch (error) {
        if (engineWords(error).includes("is not connected to")) return;
        throw new Error(`unable to disconnect container ${name} from the default network: ${engineWords(error)}`);
    }
}

async function stop(existing: Docker.Container, name: string, seconds: number): Promise<void> {
    try {
        await existing.stop({ t: seconds });
    } catch (error) {
        // 304: stopped already, 404: gone already
        if (!hasStatus(error, 304, 404)) throw new Error(`unable to stop container ${name}: ${engineWords(error)}`);
    }
}

async function remove(existing: Docker.Container, volumes: boolean): Promise<void> {
    try {
        await ignoreMissing(existing.remove({ force: true, v: volumes }));
    } catch (error) {
        if (!engineWords(error).includes("is already in progress")) throw error;
        await ignoreMissing(existing.wait({ condition: "removed" }));
    }
}
