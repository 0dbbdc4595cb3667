import type { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { type ConnectorInputs, specOf } from "../inputs/connectorInputs";
import type { ConnectorSpec, SettledConnector } from "../lifecycle/connectorSpec";
import { createConnector, type CreateOptions } from "../lifecycle/createConnector";
import type { Unsettled } from "../lifecycle/unfinished";
import { updateConnector, type UpdateOptions, withLiveValues } from "../lifecycle/updateConnector";
import { renameConnector } from "../position/renameConnector";
import { startFromPosition } from "../position/startFromPosition";
import { createAsOwner } from "./claimConnector";
import type { ConnectorOutputs } from "./connectorOutputs";

type Settled = Promise<SettledConnector & Unsettled>;

/** Creates the connector of a new resource, or renames the one that `renamedFrom` names. */
export async function settleNew(connectors: Connectors, inputs: ConnectorInputs, claim: string): Settled {
    return createAsOwner(connectors, inputs, claim, async (options) => {
        const { renamedFrom } = inputs;
        const renamed = renamedFrom && (await renameConnector(connectors, renamedFrom, inputs, false, options));
        return renamed || createFromPosition(connectors, inputs, options);
    });
}

/**
 * Changes the connector of an existing resource. If it is new to its cluster, or may be, it starts from its position; any
 * other connector already has it.
 *
 * @param isNew true when the Kafka cluster behind the workers is another one.
 */
export async function settleExisting(
    connectors: Connectors,
    olds: ConnectorOutputs,
    news: ConnectorInputs,
    claim: string,
    isNew: boolean,
    options: UpdateOptions,
): Settled {
    const from = renameSource(olds, news);
    if (isNew || from !== undefined || olds.positionUnproven) {
        // The connector may have to be created, for which all values must be known
        withLiveValues(specOf(news), options.hidden ?? []);
    }
    // A connector that was imported once may be gone since
    const inputs = { ...news, adopt: news.adopt === "import" ? ("equal" as const) : news.adopt };
    const asOwner = <T>(work: (options: CreateOptions) => Promise<T>) => createAsOwner(connectors, inputs, claim, work);
    const renamed =
        from === undefined
            ? undefined
            : await asOwner((how) => renameConnector(connectors, from, news, olds.renameDue ?? false, how));
    if (renamed) {
        return renamed;
    }
    const create = () => asOwner((how) => createFromPosition(connectors, news, how));
    if (isNew) {
        return create();
    }
    const change = (spec: ConnectorSpec) => updateConnector(connectors, spec, { ...options, recreate: create });
    return from !== undefined || olds.positionUnproven
        ? startFromPosition(connectors, news, change)
        : change(specOf(news));
}

function createFromPosition(connectors: Connectors, inputs: ConnectorInputs, options: CreateOptions): Settled {
    return startFromPosition(connectors, inputs, (spec) => createConnector(connectors, spec, options), options);
}

/**
 * The connector to rename, if any. An earlier update may have begun the rename.
 *
 * @throws ConnectError when that connector would be left behind.
 */
function renameSource(olds: ConnectorOutputs, news: ConnectorInputs): string | undefined {
    if (!olds.renameDue) {
        return news.renamedFrom === olds.name ? olds.name : undefined;
    }
    if (news.name === olds.renamedFrom) {
        return olds.name;
    }
    if (news.name !== olds.name) {
        const reason = `the rename of "${olds.renamedFrom}" to "${olds.name}" is not finished. Run pulumi up with that name first`;
        throw new ConnectError("refused", reason);
    }
    return olds.renamedFrom;
}
