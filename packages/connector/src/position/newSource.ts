import { Deadline, systemClock } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { ConnectorInputs, InputFault } from "../connectorInputs";
import {
    ConnectorSpec,
    createConnector,
    deleteConnector,
    SettledConnector,
    updateConnector,
} from "../lifecycle/lifecycle";
import { isPostgresSource, postgresSource } from "../postgres/postgresSource";
import { placeOf, slotReader } from "../postgres/replicationSlot";

type NewSource = Pick<ConnectorInputs, "name" | "class" | "config" | "state" | "onDelete" | "onPositionLoss">;

/** A database that does not answer has nothing to say against a new source, s. */
const LOOK_SECONDS = 5;

/** What stands in the way of a new source at preview: a slot that somebody else reads. */
export async function readSlotFaults(connectors: Connectors, source: NewSource): Promise<InputFault[]> {
    const found = await slotBefore(source);
    if (found?.reader === undefined || (await connectors.info(source.name))) {
        return [];
    }
    const property = 'config["slot.name"]';
    const reason =
        `${property} is "${found.slot}", which ${found.reader} reads in the database at ${found.place}: what one reader of a ` +
        "slot takes, the other never gets. Name a slot of its own, or end the other reader first";
    return [{ property, reason }];
}

/**
 * Creates a connector. A Debezium PostgreSQL source whose slot is there before it is made stopped first: without offsets
 * in Connect it would begin anew (Debezium 3.7.0: with a snapshot, and then from the snapshot's position on, so that what was
 * deleted since the slot's is never told). Needs `onDelete.database`, and Connect 3.7, which makes a connector stopped.
 *
 * @throws ConnectError when it would; it is not there then.
 */
export async function createFromItsPosition(
    connectors: Connectors,
    source: NewSource,
    spec: ConnectorSpec,
    options: { adopt: boolean },
): Promise<SettledConnector> {
    const { name } = source;
    const found = await slotBefore(source);
    if (!found || !(await connectors.abilities()).initialState) {
        return createConnector(connectors, spec, options);
    }
    const existing = await connectors.info(name);
    if (existing && (await connectors.status(name))?.connector.state !== "STOPPED") {
        return createConnector(connectors, spec, options);
    }
    await createConnector(connectors, { ...spec, state: "stopped" }, options);
    if ((await connectors.offsets(name)).length > 0) {
        return updateConnector(connectors, spec);
    }
    if (!existing) {
        await deleteConnector(connectors, name);
    }
    throw new ConnectError(
        "refused",
        `slot "${found.slot}" is there already in the database at ${found.place}, and Connect has no offsets of connector ` +
            `"${name}": it would begin anew, with a snapshot, and never tell what was deleted since the slot's position. It ` +
            'does not run. To go on from a file of offsets, create it with state: "stopped", and send them with ' +
            `PATCH /connectors/${encodeURIComponent(name)}/offsets before it runs; ` +
            'to begin anew, set onPositionLoss: "startAnew"',
    );
}

/** The slot of a source that must not lose a position; undefined when there is none, or nobody can tell. */
async function slotBefore({ class: connectorClass, config, state, onDelete, onPositionLoss }: NewSource) {
    const url = onDelete?.database?.url;
    if (
        url === undefined ||
        !isPostgresSource(connectorClass) ||
        onPositionLoss === "startAnew" ||
        state === "stopped"
    ) {
        return undefined;
    }
    const { slot } = postgresSource(config);
    const found = await slotReader(url, slot, new Deadline(systemClock, LOOK_SECONDS)).catch(() => undefined);
    return found && { ...found, slot, place: placeOf(url) };
}
