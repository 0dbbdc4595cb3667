import { Deadline, systemClock } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorInputs, specOf } from "../inputs/connectorInputs";
import { InputProblem } from "../inputs/rules";
import { ConnectorSpec, SettledConnector } from "../lifecycle/connectorSpec";
import { createConnector, CreateOptions } from "../lifecycle/createConnector";
import { deleteConnector, wasDeleted } from "../lifecycle/deleteConnector";
import { asUnfinished, Unsettled, withUnsettled } from "../lifecycle/unfinished";
import { updateConnector } from "../lifecycle/updateConnector";
import { isPostgresSource, postgresSource } from "../postgres/postgresSource";
import { placeOf, slotReader } from "../postgres/replicationSlot";

/** Limit of the question for the slot, s. A database that does not answer is no reason to refuse a source. */
const QUESTION_SECONDS = 5;

/** A slot that exists before its source. */
interface ExistingSlot {
    slot: string;
    /** Host, port and database. */
    place: string;
    reader: string | undefined;
}

/**
 * Problems of a new source at preview: its slot has a reader, or Connect's version cannot show whether the source has a
 * position.
 */
export async function slotProblems(connectors: Connectors, source: ConnectorInputs): Promise<InputProblem[]> {
    const found = await existingSlot(source);
    const names = [source.name, source.renamedFrom].filter((name) => name !== undefined);
    if (!found || (await Promise.all(names.map((name) => connectors.info(name)))).some((info) => info)) {
        return [];
    }
    const property = 'config["slot.name"]';
    if (found.reader !== undefined && source.state !== "stopped") {
        const reason =
            `${property} is "${found.slot}", which ${found.reader} reads in the database at ${found.place}: changes that one ` +
            "reader of a slot takes never reach the other. Choose another slot, or stop the other reader first";
        return [{ property, reason }];
    }
    const { initialState } = await connectors.abilities();
    return initialState ? [] : [{ property, reason: cannotProve(source.name, found) }];
}

/**
 * Starts a connector that is new to its cluster, or may be. A Debezium PostgreSQL source whose slot exists already is created
 * in the state STOPPED first: without offsets in Connect it would start from the beginning (Debezium 3.7.0 takes a snapshot and
 * then continues from the snapshot's position; rows deleted since the slot's position are never sent). The slot can only be
 * seen with `onDelete.database`.
 *
 * @param settle creates or changes the connector.
 * @param options of its creation.
 * @throws ConnectError when the source would start from the beginning, and `onPositionLoss` does not allow it: it is not
 *   created then, or stays stopped; UnfinishedError when it exists.
 */
export async function startFromPosition(
    connectors: Connectors,
    source: ConnectorInputs,
    settle: (spec: ConnectorSpec) => Promise<SettledConnector>,
    options: CreateOptions = {},
): Promise<SettledConnector & Unsettled> {
    const { name, state } = source;
    const spec = specOf(source);
    const found = await existingSlot(source);
    if (!found) {
        return settle(spec);
    }
    if (await connectors.info(name)) {
        if ((await connectors.status(name))?.connector.state !== "STOPPED") {
            return settle(spec);
        }
        if (state === "stopped") {
            return stillUnproven(settle(spec));
        }
        if (await hasOffsets(connectors, name)) {
            return settle(spec);
        }
        throw new ConnectError("refused", withoutOffsets(name, found));
    }
    if (!(await connectors.abilities()).initialState) {
        if (wasDeleted(connectors, name)) {
            return settle(spec);
        }
        throw new ConnectError("refused", cannotProve(name, found));
    }
    const stopped = { ...spec, state: "stopped" as const };
    const created = await stillUnproven(createConnector(connectors, stopped, options));
    if (state === "stopped") {
        return created;
    }
    const settled = await asUnfinished(UNPROVEN, async () => {
        if (await hasOffsets(connectors, name)) {
            return updateConnector(connectors, spec, { serverKeys: created.serverKeys });
        }
        await deleteConnector(connectors, name);
        return undefined;
    });
    if (!settled) {
        throw new ConnectError("refused", withoutOffsets(name, found));
    }
    return settled;
}

const UNPROVEN: Unsettled = { positionUnproven: true };

async function stillUnproven(work: Promise<SettledConnector>): Promise<SettledConnector & Unsettled> {
    const settled = await work.catch((error: unknown) => {
        throw withUnsettled(UNPROVEN, error);
    });
    return { ...settled, ...UNPROVEN };
}

async function hasOffsets(connectors: Connectors, name: string): Promise<boolean> {
    return (await connectors.offsets(name)).length > 0;
}

function withoutOffsets(name: string, { slot, place }: ExistingSlot): string {
    return (
        `slot "${slot}" exists already in the database at ${place}, and Connect has no offsets of connector "${name}": it ` +
        "would start with a snapshot, and never send rows deleted since the slot's position. It does not run. To continue " +
        'from a file of offsets, create it with state: "stopped", and send them with ' +
        `PATCH /connectors/${encodeURIComponent(name)}/offsets before it runs. To start with a snapshot, set ` +
        'onPositionLoss: "startAnew"'
    );
}

/** Before Connect 3.7 a connector cannot be created STOPPED: it would run before its offsets can be read. */
function cannotProve(name: string, { slot, place }: ExistingSlot): string {
    return (
        `slot "${slot}" exists already in the database at ${place}. Connector "${name}" can only be created STOPPED, to check ` +
        "its offsets, from Kafka Connect 3.7 on: without offsets it would start with a snapshot, and never send rows deleted " +
        'since the slot\'s position. To create it anyway, set onPositionLoss: "startAnew"'
    );
}

/** The slot of a source that must not lose its position; undefined when there is none, or it cannot be seen. */
async function existingSlot(source: ConnectorInputs): Promise<ExistingSlot | undefined> {
    const database = source.onDelete?.database;
    if (database === undefined || !isPostgresSource(source.class) || source.onPositionLoss === "startAnew") {
        return undefined;
    }
    const { slot } = postgresSource(source.config);
    const found = await slotReader(database, slot, new Deadline(systemClock, QUESTION_SECONDS)).catch(() => undefined);
    return found && { ...found, slot, place: placeOf(database.url) };
}
