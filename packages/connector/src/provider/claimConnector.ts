import type { Connectors } from "../client/connectors";
import type { ConnectorInputs } from "../inputs/connectorInputs";
import type { CreateOptions } from "../lifecycle/createConnector";
import { UnfinishedError } from "../lifecycle/unfinished";
import type { ConnectorOutputs } from "./connectorOutputs";
import { isHeld } from "./declaredConnectors";
import { forgetOwner, keepOwner, ownerOf } from "./ownership";

/**
 * Runs a creation and records the resource as the owner of the connector. An equal connector that this stack owns already is
 * taken over: a killed `up` made it, or the resource had another name.
 *
 * @param claim id of the creation.
 */
export async function createAsOwner<T>(
    connectors: Connectors,
    { stack = "", ...inputs }: ConnectorInputs,
    claim: string,
    create: (options: CreateOptions) => Promise<T>,
): Promise<T> {
    const connector = { ...inputs, kafkaClusterId: (await connectors.worker()).kafka_cluster_id };
    const before = ownerOf(connector);
    const isOurs = before?.stack === stack;
    const restart = isOurs && before.restartDue;
    const keep = (isHeld: boolean, restartDue?: boolean) => keepOwner(connector, { stack, claim, isHeld, restartDue });
    const adopt = inputs.adopt || (isOurs && "equal");
    try {
        const created = await create({ adopt, owner: before?.stack, restart, claim: () => keep(false, restart) });
        keep(true);
        return created;
    } catch (error) {
        if (error instanceof UnfinishedError) {
            keep(true, error.restartDue);
        } else if (before) {
            keepOwner(connector, before);
        } else {
            forgetOwner(connector, claim);
        }
        throw error;
    }
}

/** The other resource that owns the connector of this one by now, in words. */
export function otherOwner(props: ConnectorOutputs): string | undefined {
    if (isHeld(props)) {
        return "another resource of this program";
    }
    const owner = ownerOf(props);
    if (!owner?.isHeld || props.claim === undefined || owner.claim === props.claim) {
        return undefined;
    }
    return owner.stack === props.stack ? "another resource of this stack" : `stack ${owner.stack}`;
}
