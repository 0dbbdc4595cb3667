import { nameProblem } from "../checks/connectorNames";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { ConnectorInfo, ConnectorStatus } from "../client/types";
import { changeConnector, requireState, restartOnce, settle, tasksBefore } from "./changeConnector";
import type { Adopt, ConnectorSpec, SettledConnector } from "./connectorSpec";
import { waitForPredecessor } from "./deleteConnector";
import { differences } from "./fullConfig";
import { requirePlugin } from "./plugins";
import { UnfinishedError } from "./unfinished";
import { postConnector, type WrittenKeys } from "./writeConfig";

/** How {@link createConnector} treats a connector that exists already. */
export interface CreateOptions {
    /** Default false. */
    adopt?: Adopt;
    /** The stack that owns the existing connector, if it is known. */
    owner?: string;
    /** True: the tasks of a connector that is taken over are restarted. Default false. */
    restart?: boolean;
    /** Called before the connector is created or taken over: from then on this resource owns it, whatever happens. */
    claim?: () => void;
}

/**
 * Creates a connector and waits until it is in its state. An existing connector is taken over as `adopt` allows.
 *
 * @throws UnfinishedError when the connector exists but is not in its state; any other error when nothing was done.
 */
export async function createConnector(
    connectors: Connectors,
    spec: ConnectorSpec,
    options: CreateOptions = {},
): Promise<SettledConnector> {
    await requireState(connectors, spec);
    await requireName(connectors, spec.name);
    await requirePlugin(connectors, spec.class);
    const existing = (await connectors.has(spec.name)) ? await connectors.info(spec.name) : undefined;
    if (existing) {
        return takeOver(connectors, spec, existing, options);
    }
    if (options.adopt === "import") {
        throw new ConnectError(
            "absent",
            `connector "${spec.name}" not found on ${connectors.client.redact(connectors.client.restUrls.join(", "))}. ` +
                "Correct name and restUrls; or remove the option import to create the connector.",
        );
    }
    const isRecreated = await waitForPredecessor(connectors, spec.name);
    let written: WrittenKeys;
    options.claim?.();
    try {
        written = await postConnector(connectors, spec);
    } catch (error) {
        if (error instanceof ConnectError && error.kind === "exists") {
            return takeOverRaced(connectors, spec, options, error);
        }
        throw error;
    }
    const settled = await settle(connectors, spec, written, async (read) => {
        const { initialState } = await connectors.abilities();
        if (!initialState && spec.state !== "running") {
            await read;
            await connectors.setState(spec.name, spec.state);
        }
        return undefined;
    });
    return isRecreated && spec.state !== "stopped" ? restartOnce(connectors, spec, settled) : settled;
}

/**
 * Takes over a connector that appeared during the creation. If the answer to an earlier try was lost, that try may have made
 * it: then it must stay in Pulumi's state.
 */
async function takeOverRaced(
    connectors: Connectors,
    spec: ConnectorSpec,
    options: CreateOptions,
    { message, mayHaveHappened }: ConnectError,
): Promise<SettledConnector> {
    try {
        const existing = await connectors.info(spec.name);
        if (!existing) {
            throw new ConnectError("ambiguous", message);
        }
        const adopt = options.adopt || (mayHaveHappened && "equal");
        return await takeOver(connectors, spec, existing, { ...options, adopt });
    } catch (error) {
        const isAnothers = error instanceof ConnectError && error.kind === "exists";
        throw mayHaveHappened && error instanceof ConnectError && !isAnothers
            ? new UnfinishedError(error.message)
            : error;
    }
}

async function takeOver(
    connectors: Connectors,
    spec: ConnectorSpec,
    existing: ConnectorInfo,
    { adopt = false, owner, restart = false, claim }: CreateOptions,
): Promise<SettledConnector> {
    // Values that cannot be compared are written only when overwriting is allowed
    const sensitive = Object.keys(spec.sensitiveConfig ?? {});
    const unseen = sensitive.filter((key) => adopt === true || !Object.hasOwn(existing.config, key));
    // A masked value may be any value
    const written = adopt === true ? {} : undefined;
    const differing = [...differences(spec, existing.config, { written }), ...unseen].sort();
    const before = await tasksBefore(connectors, spec.name);
    const keys = adopt === "import" ? [...differing, ...differingState(spec, before.status)] : differing;
    if (keys.length > 0 ? adopt !== true : !adopt) {
        throw new ConnectError("exists", existsMessage(spec.name, keys, owner));
    }
    if (differing.length === 0) {
        connectors.client.progress.print("it existed already with the declared config; this stack manages it now");
    }
    claim?.();
    return changeConnector(connectors, spec, before, { differing, restart, serverKeys: [] });
}

function existsMessage(name: string, differing: string[], owner: string | undefined): string {
    if (differing.length > 0) {
        return (
            `connector "${name}" exists already and differs in ${differing.join(", ")}. Set adopt: true to take it over and ` +
            "overwrite its config, or delete it, or choose another name."
        );
    }
    const owners = owner === undefined ? "another stack or user may own it" : `stack ${owner} owns it`;
    return (
        `connector "${name}" exists already with the declared config: ${owners}. Set adopt: "equal" to take it over without a ` +
        "write. If another stack owns it, remove it from that stack's state first (pulumi state delete <its URN>): deleting " +
        "it in one stack deletes it for both. If this stack has it under another name or parent, add that one as an alias."
    );
}

/** A paused or stopped connector must be declared so, or its import would start it. */
function differingState(spec: ConnectorSpec, status: ConnectorStatus | undefined): string[] {
    const state = status?.connector.state.toLowerCase();
    return (state === "paused" || state === "stopped") && state !== spec.state ? ["state"] : [];
}

async function requireName(connectors: Connectors, name: string): Promise<void> {
    const problem = nameProblem(name, await connectors.abilities());
    if (problem !== undefined) {
        throw new ConnectError("refused", problem);
    }
}
