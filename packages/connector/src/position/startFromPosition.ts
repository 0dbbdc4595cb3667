import { Deadline, systemClock } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorInputs, InputFault, specOf } from "../inputs/connectorInputs";
import {
    ConnectorSpec,
    createConnector,
    CreateOptions,
    deleteConnector,
    SettledConnector,
    updateConnector,
    wasDeleted,
} from "../lifecycle/createConnector";
import { leaving, unfinishedUntil, Unsettled } from "../lifecycle/unfinished";
import { isPostgresSource, postgresSource } from "../postgres/postgresSource";
import { placeOf, slotReader } from "../postgres/replicationSlot";

/** A database that does not answer has nothing to say against a new source, s. */
const LOOK_SECONDS = 5;

/** A slot that is there before its source. */
interface SlotBefore {
    slot: string;
    /** Host, port and database. */
    place: string;
    reader: string | undefined;
}

/** What stands in the way of a new source at preview: a slot that somebody else reads, or that no version can prove. */
export async function slotFaults(connectors: Connectors, source: ConnectorInputs): Promise<InputFault[]> {
    const found = await slotBefore(source);
    const names = [source.name, source.renamedFrom].filter((name) => name !== undefined);
    if (!found || (await Promise.all(names.map((name) => connectors.info(name)))).some((info) => info)) return [];

    const property = 'config["slot.name"]';
    if (found.reader !== undefined && source.state !== "stopped") {
        const reason =
            `${property} is "${found.slot}", which ${found.reader} reads in the database at ${found.place}: what one reader of ` +
            "a slot takes, the other never gets. Name a slot of its own, or end the other reader first";
        return [{ property, reason }];
    }
    const { initialState } = await connectors.abilities();
    return initialState ? [] : [{ property, reason: cannotProve(source.name, found) }];
}

/**
 * Brings a connector up that is new to its cluster, or may be. A Debezium PostgreSQL source whose slot is there before it
 * is made stopped first: without offsets in Connect it would begin anew (Debezium 3.7.0: with a snapshot, and then from the
 * snapshot's position on, so that what was deleted since the slot's is never sent). Needs `onDelete.database`.
 *
 * @param settle makes the connector what it is to be.
 * @param options of its creation.
 * @throws ConnectError when it would begin anew, which `onPositionLoss` does not allow: it is not made then, or stays
 *   stopped; UnfinishedError when it is there.
 */
export async function bringUp(
    connectors: Connectors,
    source: ConnectorInputs,
    settle: (spec: ConnectorSpec) => Promise<SettledConnector>,
    options: CreateOptions = {},
): Promise<SettledConnector & Unsettled> {
    const { name, state } = source;
    const spec = specOf(source);
    const found = await slotBefore(source);
    if (!found) return settle(spec);

    if (await connectors.info(name)) {
        if ((await connectors.status(name))?.connector.state !== "STOPPED") return settle(spec);

        if (state === "stopped") return stillUnproven(settle(spec));

        if (await hasOffsets(connectors, name)) return settle(spec);

        throw new ConnectError("refused", beginsAnew(name, found));
    }
    if (!(await connectors.abilities()).initialState) {
        if (wasDeleted(connectors, name)) return settle(spec);

        throw new ConnectError("refused", cannotProve(name, found));
    }
    const stopped = { ...spec, state: "stopped" as const };
    const made = await stillUnproven(createConnector(connectors, stopped, options));
    if (state === "stopped") return made;

    const settled = await unfinishedUntil(UNPROVEN, async () => {
        if (await hasOffsets(connectors, name)) {
            return updateConnector(connectors, spec, { serverKeys: made.serverKeys });
        }

        await deleteConnector(connectors, name);
        return undefined;
    });
    if (!settled) throw new ConnectError("refused", beginsAnew(name, found));

    return settled;
}

const UNPROVEN: Unsettled = { positionUnproven: true };

async function stillUnproven(work: Promise<SettledConnector>): Promise<SettledConnector & Unsettled> {
    const settled = await work.catch((error: unknown) => {
        throw leaving(UNPROVEN, error);
    });
    return { ...settled, ...UNPROVEN };
}

async function hasOffsets(connectors: Connectors, name: string): Promise<boolean> {
    return (await connectors.offsets(name)).length > 0;
}

function beginsAnew(name: string, { slot, place }: SlotBefore): string {
    return (
        `slot "${slot}" is there already in the database at ${place}, and Connect has no offsets of connector "${name}": it ` +
        "would begin anew, with a snapshot, and never send what was deleted since the slot's position. It does not run. To go " +
        'on from a file of offsets, create it with state: "stopped", and send them with ' +
        `PATCH /connectors/${encodeURIComponent(name)}/offsets before it runs; to begin anew, set onPositionLoss: "startAnew"`
    );
}

/** Where a connector cannot be made stopped, it would run before its offsets can be asked for. */
function cannotProve(name: string, { slot, place }: SlotBefore): string {
    return (
        `slot "${slot}" is there already in the database at ${place}, and only from Kafka Connect 3.7 on can connector ` +
        `"${name}" be made stopped, to see whether Connect has offsets of it: without them it would begin anew, and never send ` +
        'what was deleted since the slot\'s position. onPositionLoss: "startAnew" makes it all the same'
    );
}

/** The slot of a source that must not lose a position; undefined when there is none, or nobody can tell. */
async function slotBefore(source: ConnectorInputs): Promise<SlotBefore | undefined> {
    const url = source.onDelete?.database?.url;
    if (url === undefined || !isPostgresSource(source.class) || source.onPositionLoss === "startAnew") return undefined;

    const { slot } = postgresSource(source.config);
    const found = await slotReader(url, slot, new Deadline(systemClock, LOOK_SECONDS)).catch(() => undefined);
    return found && { ...found, slot, place: placeOf(url) };
}
