import { isDeepStrictEqual } from "node:util";
import { Deadline, systemClock } from "../client/clock";
import type { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { Abilities } from "../client/version";
import { checkOnDelete } from "../inputs/checkOnDelete";
import type { ConnectorInputs } from "../inputs/connectorInputs";
import type { InputProblem } from "../inputs/rules";
import { hasUnknown, isUnknown } from "../inputs/unknown";
import { isObject } from "../isObject";
import { requireVersion } from "../position/offsets";
import { type ConnectorList, sharedSourceProblems } from "../position/positionLoss";
import { renameProblems } from "../position/renameConnector";
import { refuseSecondCluster } from "../position/sameCluster";
import { sourceClass } from "../position/sourceClasses";
import { slotProblems } from "../position/startFromPosition";
import { findFailoverProblems } from "../postgres/failoverSlot";
import { loadPg } from "../postgres/loadPg";
import { isPostgresSource } from "../postgres/postgresSource";
import { connectorId, declaredOn } from "../provider/declaredConnectors";
import { CachedCluster, warnOnce } from "./cachedCluster";
import { dependsOnVersion, nameProblem } from "./connectorNames";
import { withinBudget } from "./timeBudget";

/**
 * Checks what happens to a connector's position, now or at its deletion. Asks the cluster only where it matters; a cluster that
 * does not answer is no problem.
 *
 * @param olds previous inputs; undefined or empty for a new or replaced resource.
 */
export async function checkPosition(
    olds: Partial<ConnectorInputs> | undefined,
    given: Record<string, unknown>,
): Promise<InputProblem[]> {
    const problems = checkOnDelete(given["onDelete"], given["class"]);
    if (!isPositioned(given)) {
        return problems;
    }
    problems.push(...(await missingPgProblems(given)));
    await warnOfFailover(given);
    const isNew = !isPositioned(olds);
    if (isNew || olds.name !== given.name) {
        problems.push(...(await newNameProblems(given)));
    }
    if (!isNew) {
        // A preview does not wait for old addresses that do not answer
        const question = (cluster: CachedCluster, limitSeconds: number) =>
            refusals("restUrls", refuseSecondCluster(cluster.open(limitSeconds), olds, given, true, limitSeconds));
        problems.push(...(await askWithinBudget(given, question)));
    } else if (sourceClass(given.class) && given.onPositionLoss !== "startAnew" && !hasUnknown(given.config)) {
        const shared = await sharingProblems(given);
        const mayReadSlot = shared.length === 0 && problems.length === 0 && !hasUnknown(given.onDelete);
        problems.push(...shared);
        if (mayReadSlot) {
            problems.push(...(await askWithinBudget(given, (cluster) => slotProblems(cluster, given))));
        }
    }
    const { renamedFrom } = given;
    if (renamedFrom !== undefined && !isUnknown(renamedFrom) && (isNew || olds.name === renamedFrom)) {
        const question = (cluster: CachedCluster, limitSeconds: number) =>
            renameProblems(cluster.open(limitSeconds), { ...given, renamedFrom }, isNew);
        problems.push(...(await askWithinBudget(given, question)));
    }
    if (given.onDelete?.offsets === "reset" && !isDeepStrictEqual(olds?.onDelete, given.onDelete)) {
        problems.push(...(await ask(given, resetProblems)));
    }
    return problems;
}

/** A failed read of the database is not a problem, so that a missing package would not be noticed. */
async function missingPgProblems({ onDelete }: ConnectorInputs): Promise<InputProblem[]> {
    const property = "onDelete.database";
    return onDelete?.database === undefined
        ? []
        : loadPg().then(
              () => [],
              (error: Error) => [{ property, reason: `${property}: ${error.message}` }],
          );
}

/** A database that does not answer is no problem. */
async function warnOfFailover({ name, class: connectorClass, config, onDelete }: ConnectorInputs): Promise<void> {
    const database = onDelete?.database;
    if (database === undefined || !isPostgresSource(connectorClass) || hasUnknown([config, database])) return;
    const question = (limitSeconds: number) =>
        findFailoverProblems(config, database, new Deadline(systemClock, limitSeconds)).catch(() => []);
    for (const { text, remedy } of (await withinBudget(question)) ?? []) {
        console.log(`warning: connector "${name}": config["slot.failover"] ${text}: ${remedy}`);
    }
}

/** An existing connector must stay manageable, whatever its name is. */
async function newNameProblems(given: ConnectorInputs): Promise<InputProblem[]> {
    const problems = (abilities?: Abilities): InputProblem[] => {
        const reason = isUnknown(given.name) ? undefined : nameProblem(given.name, abilities);
        return reason === undefined ? [] : [{ property: "name", reason }];
    };
    const always = problems();
    return always.length > 0 || !dependsOnVersion(given.name)
        ? always
        : ask(given, async (connectors) => problems(await connectors.abilities()));
}

/** New sources that no worker could check for shared settings. */
const unchecked = new Set<string>();

async function sharingProblems(source: ConnectorInputs): Promise<InputProblem[]> {
    const cluster = CachedCluster.of(source);
    if (!cluster) {
        return [];
    }
    try {
        return await sharedSourceProblems(withDeclared(cluster), source);
    } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        unchecked.add(connectorId(source));
        if (error.kind !== "unreachable") {
            const warning =
                `it was not checked whether another connector has its slot or its topics: ${error.message}. ` +
                '"pulumi up" checks it before it creates the connector';
            warnOnce(warning).forEach((text) => console.log(`warning: connector "${source.name}": ${text}`));
        }
        return [];
    }
}

/**
 * Called before a connector is created: repeats a check that no worker answered.
 *
 * @throws ConnectError when a source would share what only one source can have.
 */
export async function requireUnshared(connectors: Connectors, source: ConnectorInputs): Promise<void> {
    const problems = unchecked.has(connectorId(source))
        ? await sharedSourceProblems(withDeclared(connectors), source)
        : [];
    if (problems.length > 0) {
        throw new ConnectError("refused", problems.map(({ reason }) => reason).join("; "));
    }
}

/** The connectors of a cluster, with those that the program declares: one run may create many. */
function withDeclared(connectors: Connectors): ConnectorList {
    return { list: async () => ({ ...(await connectors.list()), ...declaredOn(connectors.client.restUrls) }) };
}

async function resetProblems(connectors: Connectors): Promise<InputProblem[]> {
    const problems = await refusals("onDelete.offsets", requireVersion(connectors, "changeOffsets"));
    return problems.map(({ property, reason }) => ({ property, reason: `onDelete.offsets is reset: ${reason}` }));
}

/** The refusal of a requirement, as a problem. */
async function refusals(property: string, requirement: Promise<void>): Promise<InputProblem[]> {
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

async function ask(inputs: ConnectorInputs, question: (cluster: CachedCluster) => Promise<InputProblem[]>) {
    const cluster = CachedCluster.of(inputs);
    if (!cluster) {
        return [];
    }
    return question(cluster).catch((error: unknown) => {
        if (error instanceof ConnectError) {
            return [];
        }
        throw error;
    });
}

/** Like `ask`, for questions about one connector: their time counts for all checks. */
async function askWithinBudget(
    inputs: ConnectorInputs,
    question: (cluster: CachedCluster, limitSeconds: number) => Promise<InputProblem[]>,
): Promise<InputProblem[]> {
    return (await withinBudget((seconds) => ask(inputs, (cluster) => question(cluster, seconds)))) ?? [];
}

/** False for a resource that does not exist, or whose arguments have other problems. */
function isPositioned(value: Partial<ConnectorInputs> | undefined): value is ConnectorInputs {
    const { name, restUrls, config } = value ?? {};
    return typeof name === "string" && typeof value?.class === "string" && isObject(config) && Array.isArray(restUrls);
}
