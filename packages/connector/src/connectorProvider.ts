/*
 * The functions of the dynamic provider of the resource `Connector`. They translate between Pulumi's calls and the lifecycle.
 * Pulumi passes secrets as plain text here, and marks outputs of the same name as secrets again.
 */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { checkAgainstCluster } from "./checks/checkAgainstCluster";
import { checkPosition, requireUnshared } from "./checks/positionChecks";
import type { Connectors } from "./client/connectors";
import { ConnectError } from "./client/errors";
import { checkInputs } from "./inputs/checkInputs";
import { ARGUMENTS, type ConnectorInputs } from "./inputs/connectorInputs";
import { openConnectors, secretsOf } from "./inputs/openConnectors";
import { hasUnknown } from "./inputs/unknown";
import { fullConfig } from "./lifecycle/fullConfig";
import { pluginVersion } from "./lifecycle/plugins";
import { forgetShared, readShared, sharedWorker } from "./lifecycle/readShared";
import { UnfinishedError } from "./lifecycle/unfinished";
import { deleteWithPosition, dropLeftovers, type Report } from "./position/deleteWithPosition";
import { kafkaCluster } from "./position/kafkaIdentity";
import { positionLosses } from "./position/positionLoss";
import { refuseSecondCluster } from "./position/sameCluster";
import { isPostgresSource, postgresSource } from "./postgres/postgresSource";
import { passwordsOf, remainderText } from "./postgres/replicationSlot";
import { otherOwner } from "./provider/claimConnector";
import {
    type ConnectorOutputs,
    hiddenKeys,
    type LastWritten,
    lastWritten,
    observedOutputs,
    outputsAfterFailure,
    settledOutputs,
} from "./provider/connectorOutputs";
import {
    connectorId,
    declareConnector,
    holdConnector,
    inTurn,
    isHeld,
    successorOf,
    withoutClaimed,
} from "./provider/declaredConnectors";
import { forgetOwner, keepRestartDue } from "./provider/ownership";
import { deletionError, providerError, withoutUndefined } from "./provider/providerError";
import { usesChangedSecret } from "./provider/secretReferences";
import { settleExisting, settleNew } from "./provider/settleConnector";

type Properties<T> = T & { __provider?: string };

/** A write ends when no worker answers for this time, s. */
const WRITE_SILENCE_SECONDS = 60;
const DELETE_SILENCE_SECONDS = 30;
const READ_LIMITS = { limitSeconds: 60, silenceSeconds: 30 };

export async function check(
    olds: Partial<ConnectorInputs> | undefined,
    news: Record<string, unknown>,
): Promise<{ inputs: Record<string, unknown>; failures: { property: string; reason: string }[] }> {
    const { inputs, problems: ownProblems } = checkInputs(news);
    const problems = await checkAgainstCluster(olds, inputs, ownProblems);
    problems.push(...(await checkPosition(olds, inputs)));
    if (problems.length === 0 && !hasUnknown(inputs)) {
        declareConnector(olds, inputs as unknown as ConnectorInputs);
    }
    // With a property Pulumi would show its value, which may be a password. The reason names the property
    return { inputs, failures: problems.map(({ reason }) => ({ property: "", reason })) };
}

/**
 * Name and cluster identify a connector, unless `renamedFrom` names the previous name. Addresses may change within a Connect
 * cluster; unknown addresses are no change. `olds.state` is the observed state: a connector that has FAILED, or that another
 * user paused, differs.
 *
 * @throws Error when the connector would lose its position. `check` cannot see this: it receives the inputs of the last refresh,
 *   and not what was written.
 */
export async function diff(
    _id: string,
    olds: Properties<ConnectorOutputs>,
    news: Properties<ConnectorInputs>,
): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const losses = newPositionLosses(olds, news);
    if (losses.length > 0) {
        throw providerError(news, new ConnectError("refused", losses.join("; ")));
    }
    const isRenamed = news.renamedFrom === olds.name;
    const replaces = (["name", "cluster"] as const).filter(
        (key) => olds[key] !== news[key] && !(key === "name" && isRenamed),
    );
    // A removed argument is a change, too
    const keys = Object.keys({ ...ARGUMENTS, ...news }) as (keyof typeof news)[];
    const changed = keys.filter(
        (key) => !isDeepStrictEqual(olds[key], news[key]) && !(key === "restUrls" && hasUnknown(news.restUrls)),
    );
    return {
        changes: changed.length > 0 || Boolean(olds.restartDue || olds.configDue || olds.renameDue),
        replaces,
        deleteBeforeReplace: true,
    };
}

/** Reasons why the connector would lose its position. A value that is on the cluster already loses nothing. */
function newPositionLosses(olds: ConnectorOutputs, news: ConnectorInputs): string[] {
    const type = olds.type === "unknown" ? undefined : olds.type;
    const lossesSince = (before: Pick<LastWritten, "class" | "config">) =>
        positionLosses({ ...olds, ...before }, news, type);
    const sinceObserved = lossesSince(olds).map(({ property }) => property);
    return lossesSince(lastWritten(olds))
        .filter(({ property }) => sinceObserved.includes(property))
        .map(({ reason }) => reason);
}

export function create(inputs: Properties<ConnectorInputs>): Promise<{ id: string; outs: ConnectorOutputs }> {
    return inTurn(inputs, async () => {
        const id = connectorId(inputs);
        const connectors = openConnectors(inputs, writeLimits(inputs));
        const claim = randomUUID();
        try {
            await requireUnshared(connectors, inputs);
            const settled = await settleNew(connectors, inputs, claim);
            holdConnector(inputs);
            return { id, outs: { ...(await settledOutputs(connectors, inputs, settled)), claim } };
        } catch (error) {
            if (error instanceof UnfinishedError) {
                holdConnector(inputs);
            }
            throw providerError(inputs, error, (unfinished) => ({
                id,
                properties: { ...outputsAfterFailure(inputs, unfinished), restartDue: unfinished.restartDue, claim },
            }));
        } finally {
            forgetShared(inputs.cluster);
        }
    });
}

export async function update(
    id: string,
    olds: Properties<ConnectorOutputs>,
    news: Properties<ConnectorInputs>,
): Promise<{ outs: ConnectorOutputs }> {
    const claim = olds.claim ?? randomUUID();
    const connectors = openConnectors(news, writeLimits(news), secretsOf(olds));
    const secretChanged = olds.restartDue || usesChangedSecret(fullConfig(news), olds.secrets, news.secrets);
    const owned = { ...news, kafkaClusterId: olds.kafkaClusterId };
    try {
        const { isNew } = await kafkaCluster(connectors, owned);
        await refuseSecondCluster(connectors, olds, news, isNew || news.onSilentCluster === "recreate");
        const settled = await settleExisting(connectors, olds, news, claim, isNew, {
            serverKeys: olds.serverKeys,
            written: olds.configDue ? {} : fullConfig({ ...olds, ...lastWritten(olds) }),
            hidden: hiddenKeys(olds, news),
            secretChanged,
            sensitiveDue: changedKeys(olds.configDue ? {} : olds.sensitiveConfig, news.sensitiveConfig),
            configChanged: !isDeepStrictEqual(fullConfig(olds), fullConfig(news)),
        });
        reportOldSlot(olds, news);
        keepRestartDue(owned, claim, false);
        return { outs: { ...(await settledOutputs(connectors, news, settled, olds)), claim } };
    } catch (error) {
        if (error instanceof UnfinishedError) {
            keepRestartDue(owned, claim, true);
        }
        throw providerError(news, error, (unfinished) => ({
            id,
            properties: {
                ...outputsAfterFailure(news, unfinished, olds),
                claim,
                restartDue: secretChanged || unfinished.restartDue,
            },
        }));
    } finally {
        forgetShared(news.cluster);
    }
}

function changedKeys(before: Record<string, string> = {}, now: Record<string, string> = {}): string[] {
    return Object.keys({ ...before, ...now }).filter((key) => before[key] !== now[key]);
}

/** Only a deletion drops a slot. A slot that its source has left keeps the database's log until the disk is full. */
function reportOldSlot(
    olds: ConnectorOutputs,
    { name, class: connectorClass, config, onDelete }: ConnectorInputs,
): void {
    const { slot } = postgresSource(olds.config);
    const database = onDelete?.database;
    if (database?.slot && isPostgresSource(connectorClass) && slot !== postgresSource(config).slot) {
        console.log(`connector "${name}" has another slot now. ${remainderText({ url: database.url, slot })}`);
    }
}

/** Returns `{}`, which removes the resource from the state, only when the cluster answers that the connector does not exist. */
export async function read(
    id: string,
    props: Properties<ConnectorOutputs>,
): Promise<{ id?: string; props?: ConnectorOutputs; inputs?: ConnectorInputs }> {
    const connectors = openConnectors(props, READ_LIMITS);
    try {
        const kafka = await kafkaCluster(connectors, props, sharedWorker(connectors, props.cluster));
        const live = await readShared(connectors, props.cluster, props.name);
        const known = { ...props, kafkaClusterId: kafka.id };
        if (!live) {
            forgetOwner(known, props.claim);
            return {};
        }
        const { props: seen, inputs } = observedOutputs(known, live, (text) => connectors.client.redact(text));
        // Below 4.1 the version is unknown when the answer to the last write was lost
        const version = seen.version === "unknown" ? await pluginVersion(connectors, seen.class) : seen.version;
        return { id, props: withoutUndefined({ ...seen, version }), inputs };
    } catch (error) {
        throw providerError(props, error);
    }
}

function remove(_id: string, props: Properties<ConnectorOutputs>): Promise<void> {
    return inTurn(props, async () => {
        const owner = otherOwner(props);
        const successor = successorOf(props);
        if (owner) {
            console.log(`connector "${props.name}" is not deleted: ${owner} owns it now`);
        } else if (successor) {
            console.log(`connector "${props.name}" is not deleted: connector "${successor}" continues from it`);
        } else {
            await removeOwned(props);
            forgetOwner(props, props.claim);
        }
    });
}
export { remove as delete };

async function removeOwned(props: Properties<ConnectorOutputs>): Promise<void> {
    const limits = { limitSeconds: props.timeoutSeconds, silenceSeconds: DELETE_SILENCE_SECONDS };
    const url = props.onDelete?.database?.url;
    const connectors = openConnectors(props, limits, url === undefined ? [] : [url, ...passwordsOf(url)]);
    const report = (line: string) => console.log(connectors.client.redact(line));
    try {
        const { isNew } = await kafkaCluster(connectors, props);
        const deleted = { ...props, onDelete: withoutClaimed(props, report) };
        if (props.renameDue && !isNew) {
            await deleteUnrenamed(connectors, props, report);
        }
        await (isNew ? dropLeftovers(deleted, report) : deleteWithPosition(connectors, deleted, report));
    } catch (error) {
        throw deletionError(props, error);
    } finally {
        forgetShared(props.cluster);
    }
}

/** Deletes the connector of the old name, which an unfinished rename has left. */
async function deleteUnrenamed(
    connectors: Connectors,
    { renamedFrom, onDelete, ...props }: ConnectorOutputs,
    report: Report,
): Promise<void> {
    const old = { ...props, name: renamedFrom! };
    if (isHeld(old)) {
        report(`connector "${old.name}" may be stopped by an unfinished rename. Start it: pulumi up --refresh`);
    } else {
        await deleteWithPosition(connectors, { ...old, onDelete: { offsets: onDelete?.offsets } }, report);
    }
}

function writeLimits({ timeoutSeconds }: ConnectorInputs) {
    return { limitSeconds: timeoutSeconds, silenceSeconds: WRITE_SILENCE_SECONDS };
}
