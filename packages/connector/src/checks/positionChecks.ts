import { isDeepStrictEqual } from "node:util";
import { ConnectorInputs, hasUnknown, InputFault, UNKNOWN } from "../inputs/connectorInputs";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { Abilities } from "../client/version";
import { hangsOnVersion, nameFault } from "./connectorNames";
import { CheckedCluster, saidOnce } from "./cachedCluster";
import { withPatience } from "./timeBudget";
import { connectorId, declaredOn } from "../provider/declaredConnectors";
import { requireVersion } from "../position/offsets";
import { slotFaults } from "../position/startFromPosition";
import { onDeleteFaults } from "../inputs/checkOnDelete";
import { ConnectorList, sharedSourceFaults } from "../position/positionLoss";
import { loadPg } from "../postgres/loadPg";
import { renameFaults } from "../position/renameConnector";
import { refuseSecondCluster } from "../position/sameCluster";
import { sourceClass } from "../position/sourceClasses";

const isUnknown = (value: unknown) => value === UNKNOWN;

/**
 * What is wrong with what is to become of a connector's position, now or when it is deleted. Asks the cluster only where
 * that matters; one that does not answer has nothing to say against it.
 *
 * @param olds inputs of before; of a new resource, and of one that is being replaced, undefined or empty.
 */
export async function guardFaults(
    olds: Partial<ConnectorInputs> | undefined,
    given: Record<string, unknown>,
): Promise<InputFault[]> {
    const faults = [...choiceFaults(given), ...onDeleteFaults(given["onDelete"], given["class"], isUnknown)];
    if (!isPositioned(given)) {
        return faults;
    }
    faults.push(...(await missingPgFaults(given)));
    const isNew = !isPositioned(olds);
    if (isNew || olds.name !== given.name) {
        faults.push(...(await newNameFaults(given)));
    }
    if (!isNew) {
        // Old addresses that are silent are no matter for a preview, which waits for nobody
        const ask = (cluster: CheckedCluster, limitSeconds: number) =>
            refusals("restUrls", refuseSecondCluster(cluster.open(limitSeconds), olds, given, true, limitSeconds));
        faults.push(...(await lookPatiently(given, ask)));
    } else if (sourceClass(given.class) && given.onPositionLoss !== "startAnew" && !hasUnknown(given.config)) {
        const shared = await sharingFaults(given);
        const mayBeRead = shared.length === 0 && faults.length === 0 && !hasUnknown(given.onDelete);
        faults.push(...shared);
        if (mayBeRead) {
            faults.push(...(await lookPatiently(given, (cluster) => slotFaults(cluster, given))));
        }
    }
    const { renamedFrom } = given;
    if (renamedFrom !== undefined && !isUnknown(renamedFrom) && (isNew || olds.name === renamedFrom)) {
        const ask = (cluster: CheckedCluster, limitSeconds: number) =>
            renameFaults(cluster.open(limitSeconds), { ...given, renamedFrom }, isNew, isUnknown);
        faults.push(...(await lookPatiently(given, ask)));
    }
    if (given.onDelete?.offsets === "reset" && !isDeepStrictEqual(olds?.onDelete, given.onDelete)) {
        faults.push(...(await look(given, resetFaults)));
    }
    return faults;
}

/** A look at a database that cannot be made is not an error, so a missing package would pass in silence. */
async function missingPgFaults({ onDelete }: ConnectorInputs): Promise<InputFault[]> {
    const property = "onDelete.database";
    return onDelete?.database === undefined
        ? []
        : loadPg().then(
              () => [],
              (error: Error) => [{ property, reason: `${property}: ${error.message}` }],
          );
}

/** One that is there already must stay manageable, whatever it is called. */
async function newNameFaults(given: ConnectorInputs): Promise<InputFault[]> {
    const faults = (abilities?: Abilities): InputFault[] => {
        const reason = isUnknown(given.name) ? undefined : nameFault(given.name, abilities);
        return reason === undefined ? [] : [{ property: "name", reason }];
    };
    const always = faults();
    return always.length > 0 || !hangsOnVersion(given.name)
        ? always
        : look(given, async (connectors) => faults(await connectors.abilities()));
}

/** New sources of which no worker could say what they would share. */
const unasked = new Set<string>();

async function sharingFaults(source: ConnectorInputs): Promise<InputFault[]> {
    const cluster = CheckedCluster.of(source);
    if (!cluster) {
        return [];
    }
    try {
        return await sharedSourceFaults(withDeclared(cluster), source);
    } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        unasked.add(connectorId(source));
        if (error.kind !== "unreachable") {
            const warning =
                `whether another connector has its slot or its topics was not checked: ${error.message}. ` +
                '"pulumi up" checks it before it creates the connector';
            saidOnce(warning).forEach((text) => console.log(`warning: connector "${source.name}": ${text}`));
        }
        return [];
    }
}

/**
 * Called before a connector is created: makes up for a check that no worker answered.
 *
 * @throws ConnectError when it is a source that would share what only one can have.
 */
export async function requireUnshared(connectors: Connectors, source: ConnectorInputs): Promise<void> {
    const faults = unasked.has(connectorId(source)) ? await sharedSourceFaults(withDeclared(connectors), source) : [];
    if (faults.length > 0) {
        throw new ConnectError("refused", faults.map(({ reason }) => reason).join("; "));
    }
}

/** The connectors of a cluster, as the program declares them where it does: many are made in one run. */
function withDeclared(connectors: Connectors): ConnectorList {
    return { list: async () => ({ ...(await connectors.list()), ...declaredOn(connectors.client.restUrls) }) };
}

async function resetFaults(connectors: Connectors): Promise<InputFault[]> {
    const faults = await refusals("onDelete.offsets", requireVersion(connectors, "changeOffsets"));
    return faults.map(({ property, reason }) => ({ property, reason: `onDelete.offsets is reset: ${reason}` }));
}

/** What a requirement that is not met says, as a fault. */
async function refusals(property: string, requirement: Promise<void>): Promise<InputFault[]> {
    try {
        await requirement;
        return [];
    } catch (error) {
        if (error instanceof ConnectError && error.kind === "refused") {
            return [{ property, reason: error.message }];
        }
        throw error;
    }
}

async function look(inputs: ConnectorInputs, ask: (cluster: CheckedCluster) => Promise<InputFault[]>) {
    const cluster = CheckedCluster.of(inputs);
    if (!cluster) {
        return [];
    }
    return ask(cluster).catch((error: unknown) => {
        if (error instanceof ConnectError) {
            return [];
        }
        throw error;
    });
}

/** Like `look`, for questions about one connector: they take their time from that of all checks. */
async function lookPatiently(
    inputs: ConnectorInputs,
    ask: (cluster: CheckedCluster, limitSeconds: number) => Promise<InputFault[]>,
): Promise<InputFault[]> {
    return (await withPatience((seconds) => look(inputs, (cluster) => ask(cluster, seconds)))) ?? [];
}

function choiceFaults(given: Record<string, unknown>): InputFault[] {
    const choices = {
        onPositionLoss: ["refuse", "startAnew"],
        onNewKafkaCluster: ["refuse", "recreate"],
        onSilentCluster: ["refuse", "recreate"],
    };
    return Object.entries(choices).flatMap(([property, allowed]) => {
        const value = given[property];
        if (value === undefined || isUnknown(value) || allowed.includes(value as string)) {
            return [];
        }
        return [{ property, reason: `${property} is ${JSON.stringify(value)}; it must be ${allowed.join(" or ")}` }];
    });
}

/** False for a resource that is not there, or whose arguments are wrong in ways that are told elsewhere. */
function isPositioned(value: Partial<ConnectorInputs> | undefined): value is ConnectorInputs {
    const { name, restUrls, config } = value ?? {};
    const isObject = typeof config === "object" && config !== null;
    return typeof name === "string" && typeof value?.class === "string" && isObject && Array.isArray(restUrls);
}
