import type { ConnectorInfo, ConnectorStatus, DesiredState } from "../client/types";

/** The declaration of a connector. */
export interface ConnectorSpec {
    name: string;
    class: string;
    tasksMax: number;
    /** Tasks that must run before the connector counts as running. */
    minTasks: number;
    /** Settings without `name`, `connector.class` and `tasks.max`. */
    config: Record<string, string>;
    /** More settings. They are written, and never compared with what a server shows. */
    sensitiveConfig?: Record<string, string>;
    state: DesiredState;
}

/**
 * What a creation does when the connector exists already. False: an error, unless an unfinished creation of this stack
 * made it. `equal`: a connector with the declared config is taken over, and its config is not written. `import`: the same, but
 * a connector that does not exist, or has another state, is an error. True: its config is overwritten where it differs.
 */
export type Adopt = boolean | "equal" | "import";

/** A connector on a cluster. */
export interface LiveConnector {
    info: ConnectorInfo;
    status: ConnectorStatus | undefined;
}

/** A connector that was written and has reached its state. */
export interface SettledConnector extends LiveConnector {
    status: ConnectorStatus;
    /** Keys that the server added to the config. */
    serverKeys: string[];
}
