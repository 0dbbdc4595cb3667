import Docker from "dockerode";
import { UnfinishedError } from "../../protocol/resource";
import { Properties } from "../../protocol/values";
import { attempt, engineMessage } from "../engineErrors";
import { createRequest } from "./createRequest";
import { removeContainer } from "./removeContainer";
import { asInputs, ContainerInputs } from "./types";
import { upload } from "./upload";

/** Creates a container and starts it. A container that cannot be started is removed. */
export async function createContainer(asked: Properties, client: Docker): Promise<Docker.Container> {
    const inputs = asInputs(asked);
    const creation = client.createContainer(createRequest(inputs));
    const made = await attempt(`unable to create container ${inputs.name}`, creation);
    try {
        await joinNetworks(client, made, inputs);
        await upload(made, inputs.uploads ?? []);
        await startContainer(made, inputs);
        return made;
    } catch (error) {
        await discard(made, asked, engineMessage(error));
        throw error;
    }
}

export async function startContainer(existing: Docker.Container, inputs: ContainerInputs): Promise<void> {
    if (inputs.start === false) return;
    await attempt(`unable to start container ${inputs.name}`, existing.start());
}

/** Removes a container. One that cannot be removed is kept in the state. */
async function discard(made: Docker.Container, properties: Properties, reason: string): Promise<void> {
    try {
        await removeContainer(made, true);
    } catch (error) {
        const state = { id: made.id, properties };
        throw new UnfinishedError(state, `${reason}; it could not be removed either: ${engineMessage(error)}`);
    }
}

/** Moves a container from the default network to the program's networks, as the released plugin does. */
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
        if (engineMessage(error).includes("is not connected to")) return;
        throw new Error(`unable to disconnect container ${name} from the default network: ${engineMessage(error)}`);
    }
}
