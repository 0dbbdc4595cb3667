import { ConnectError } from "../client/errors";
import type { ConnectorInputs } from "../inputs/connectorInputs";
import { UnfinishedError } from "../lifecycle/unfinished";
import { LeftInDatabaseError } from "../postgres/replicationSlot";
import type { ConnectorOutputs } from "./connectorOutputs";

/** What stays in Pulumi's state after a failed operation. */
type KeptState = (unfinished: UnfinishedError) => { id: string; properties: ConnectorOutputs };

/**
 * The error as Pulumi shows it. With `id` and `properties` the resource stays in the state, and the next `up` continues. An
 * error that does not come from Connect is a bug of this package and stays as it is.
 */
export function providerError(of: Pick<ConnectorInputs, "name">, error: unknown, kept?: KeptState): unknown {
    if (!(error instanceof ConnectError || error instanceof UnfinishedError)) {
        return error;
    }
    const { message } = error;
    const text = message.includes(`connector "${of.name}"`) ? message : `connector "${of.name}": ${message}`;
    const shown = new Error(text);
    // Pulumi would print it
    shown.stack = "";
    if (error instanceof UnfinishedError && kept) {
        const reasons = [`${text}. The next "pulumi up" continues from here.`];
        const { id, properties } = kept(error);
        Object.assign(shown, { id, properties: withoutUndefined(properties), reasons });
    }
    return shown;
}

/** The error of a deletion as Pulumi shows it. */
export function deletionError(props: ConnectorOutputs, error: unknown): unknown {
    const forget = "remove it from the state: pulumi state delete <its URN>";
    if (error instanceof LeftInDatabaseError) {
        const text = `it was deleted, but: ${error.message} Then repeat, or ${forget}`;
        return providerError(props, new ConnectError("refused", text));
    }
    if (error instanceof ConnectError) {
        const left =
            `It may still be in the config topic of cluster "${props.cluster}", and would run again with the workers. ` +
            `Start a worker and repeat, or ${forget}. To keep it instead, run pulumi up --refresh: it may be stopped or deleted`;
        return providerError(props, new ConnectError(error.kind, `cannot be deleted: ${error.message}. ${left}`));
    }
    return error;
}

/** Pulumi's wire format has no undefined: an error with one in its properties never arrives, and `up` hangs. */
export function withoutUndefined(properties: ConnectorOutputs): ConnectorOutputs {
    return JSON.parse(JSON.stringify(properties)) as ConnectorOutputs;
}
