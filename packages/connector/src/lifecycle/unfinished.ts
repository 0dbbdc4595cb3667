import { ConnectorStatus } from "../client/types";

/** What an operation that did not come to its end leaves to the next one. */
export interface Unsettled {
    /** True: the connector is STOPPED, and nobody knows yet whether it would go on from its position. */
    positionUnproven?: boolean;
    /** True: the connector that `renamedFrom` names may be there still. */
    renameDue?: boolean;
    /** True: the config was to be written, and the connector may have the old one or the new one. */
    configDue?: boolean;
}

/**
 * The connector is on the cluster, or may be, but is not as it should be. It must not be forgotten: an update, later,
 * goes on from here. The message holds no secret.
 */
export class UnfinishedError extends Error {
    override readonly name = "UnfinishedError";

    constructor(
        message: string,
        /** The last status seen. */
        readonly status?: ConnectorStatus,
        /** True when the tasks were to be restarted, and may not have been. */
        readonly restartDue = false,
        readonly unsettled: Unsettled = {},
    ) {
        super(message);
    }
}

/** The error of an operation that leaves more to the next one, if it leaves anything at all. */
export function leaving(left: Unsettled, error: unknown): unknown {
    if (!(error instanceof UnfinishedError)) return error;

    return new UnfinishedError(error.message, error.status, error.restartDue, { ...error.unsettled, ...left });
}

/** Runs work on a connector that is on the cluster: whatever fails, neither it nor what is left to do may be forgotten. */
export async function unfinishedUntil<T>(left: Unsettled, work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        throw leaving(left, error instanceof UnfinishedError ? error : new UnfinishedError((error as Error).message));
    }
}
