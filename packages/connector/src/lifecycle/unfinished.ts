import { ConnectorStatus } from "../client/types";

/** Work that an unfinished operation leaves to the next one. */
export interface Unsettled {
    /** True: the connector is STOPPED, and it was not checked yet whether it has a position. */
    positionUnproven?: boolean;
    /** True: the connector that `renamedFrom` names may still exist. */
    renameDue?: boolean;
    /** True: a write of the config was due, and the connector may have the old or the new one. */
    configDue?: boolean;
}

/**
 * The connector exists, or may exist, but is not in its state. It must stay in Pulumi's state, so that a later update
 * continues from here. The message contains no secret.
 */
export class UnfinishedError extends Error {
    override readonly name = "UnfinishedError";

    constructor(
        message: string,
        /** The last status. */
        readonly status?: ConnectorStatus,
        /** True when a restart of the tasks was due, and may not have happened. */
        readonly restartDue = false,
        readonly unsettled: Unsettled = {},
    ) {
        super(message);
    }
}

/** Adds work for the next operation to an UnfinishedError. Other errors are returned as they are. */
export function withUnsettled(left: Unsettled, error: unknown): unknown {
    if (!(error instanceof UnfinishedError)) {
        return error;
    }
    return new UnfinishedError(error.message, error.status, error.restartDue, { ...error.unsettled, ...left });
}

/** Runs work on an existing connector, and converts every error to an UnfinishedError. */
export async function asUnfinished<T>(left: Unsettled, work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        throw withUnsettled(
            left,
            error instanceof UnfinishedError ? error : new UnfinishedError((error as Error).message),
        );
    }
}
