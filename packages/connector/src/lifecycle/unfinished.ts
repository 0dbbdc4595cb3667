import { ConnectorStatus } from "../client/types";

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
    ) {
        super(message);
    }
}
