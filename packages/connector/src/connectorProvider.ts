/*
 * The functions of the dynamic provider behind the resource `Connector`: they translate between Pulumi's calls and the
 * lifecycle. Pulumi gives secrets in the clear here, and marks outputs of the same name as secrets again.
 */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { checkAgainstCluster } from "./checks/checkAgainstCluster";
import { ARGUMENTS, checkInputs, ConnectorInputs, hasUnknown, specOf, UNKNOWN } from "./inputs/connectorInputs";
import {
    ConnectorOutputs,
    hiddenKeys,
    LastWritten,
    lastWritten,
    observedOutputs,
    outputsAfterFailure,
    settledOutputs,
} from "./provider/connectorOutputs";
import { Connectors } from "./client/connectors";
import { ConnectError } from "./client/errors";
import {
    connectorId,
    declareConnector,
    holdConnector,
    inTurn,
    isHeld,
    successorOf,
    unclaimed,
} from "./provider/declaredConnectors";
import { deleteWithPosition, DeletionOptions, dropLeftovers } from "./position/deleteWithPosition";
import { fullConfig } from "./lifecycle/fullConfig";
import { guardFaults, requireUnshared } from "./checks/positionChecks";
import { kafkaCluster } from "./position/kafkaIdentity";
import {
    ConnectorSpec,
    createConnector,
    CreateOptions,
    SettledConnector,
    updateConnector,
    UpdateOptions,
    withLiveValues,
} from "./lifecycle/createConnector";
import { UnfinishedError, Unsettled } from "./lifecycle/unfinished";
import { openConnectors, secretsOf } from "./inputs/openConnectors";
import { forgetShared, readShared, sharedWorker } from "./lifecycle/readShared";
import { pluginVersion } from "./lifecycle/plugins";
import { forgetOwner, keepOwner, keepRestartDue, ownerOf } from "./provider/ownership";
import { bringUp } from "./position/startFromPosition";
import { positionFaults } from "./position/positionLoss";
import { renameConnector } from "./position/renameConnector";
import { refuseSecondCluster } from "./position/sameCluster";
import { isPostgresSource, postgresSource } from "./postgres/postgresSource";
import { LeftInDatabaseError, passwordsOf, whatIsLeft } from "./postgres/replicationSlot";
import { usesChangedSecret } from "./provider/secretReferences";

type Properties<T> = T & { __provider?: string };

/** How long no worker may answer before a write ends, s. */
const WRITE_SILENCE_SECONDS = 60;
const READ_LIMITS = { limitSeconds: 60, silenceSeconds: 30 };
const DELETE_SILENCE_SECONDS = 30;

export async function check(
    olds: Partial<ConnectorInputs> | undefined,
    news: Record<string, unknown>,
): Promise<{ inputs: Record<string, unknown>; failures: { property: string; reason: string }[] }> {
    const { inputs, faults: ownFaults } = checkInputs(news);
    const faults = await checkAgainstCluster(olds, inputs, ownFaults);
    faults.push(...(await guardFaults(olds, inputs)));
    if (faults.length === 0 && !hasUnknown(inputs)) {
        declareConnector(olds, inputs as unknown as ConnectorInputs);
    }
    // With a property Pulumi would show its value, which may be a password; the reason names it.
    return { inputs, failures: faults.map(({ reason }) => ({ property: "", reason })) };
}

/**
 * Name and cluster are a connector's identity, unless `renamedFrom` carries it over. Addresses may change within a Connect
 * cluster, and are no change while they are not known. `olds.state` is the state that was seen: a connector that has FAILED,
 * or that somebody paused, differs.
 *
 * @throws Error when the connector would lose its position. What others wrote since is none that could be lost, so this is
 *   no matter of `check`, which sees what a refresh has found and not what was written.
 */
export async function diff(
    _id: string,
    olds: Properties<ConnectorOutputs>,
    news: Properties<ConnectorInputs>,
): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const losses = positionLosses(olds, news);
    if (losses.length > 0) {
        throw failure(news, new ConnectError("refused", losses.join("; ")));
    }
    const isRenamed = news.renamedFrom === olds.name;
    const replaces = (["name", "cluster"] as const).filter(
        (key) => olds[key] !== news[key] && !(key === "name" && isRenamed),
    );
    // An argument that is not there any more is a change, too
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

/** Why the connector would lose its position. What is on the cluster already, by whomever, loses nothing. */
function positionLosses(olds: ConnectorOutputs, news: ConnectorInputs): string[] {
    const type = olds.type === "unknown" ? undefined : olds.type;
    const since = (before: Pick<LastWritten, "class" | "config">) =>
        positionFaults({ ...olds, ...before }, news, (value) => value === UNKNOWN, type);
    const now = since(olds).map(({ property }) => property);
    return since(lastWritten(olds))
        .filter(({ property }) => now.includes(property))
        .map(({ reason }) => reason);
}

export function create(inputs: Properties<ConnectorInputs>): Promise<{ id: string; outs: ConnectorOutputs }> {
    return inTurn(inputs, () => createNow(inputs));
}

async function createNow(inputs: Properties<ConnectorInputs>): Promise<{ id: string; outs: ConnectorOutputs }> {
    const id = connectorId(inputs);
    const connectors = openConnectors(inputs, writeLimits(inputs));
    const claim = randomUUID();
    try {
        await requireUnshared(connectors, inputs);
        const { options, held } = await claiming(connectors, inputs, claim);
        const settled = await held(async () => {
            const { renamedFrom } = inputs;
            const renamed = renamedFrom && (await renameConnector(connectors, renamedFrom, inputs, false, options));
            return (
                renamed || bringUp(connectors, inputs, (spec) => createConnector(connectors, spec, options), options)
            );
        });
        holdConnector(inputs);
        return { id, outs: { ...(await settledOutputs(connectors, inputs, settled)), claim } };
    } catch (error) {
        if (error instanceof UnfinishedError) {
            holdConnector(inputs);
        }
        throw failure(inputs, error, (unfinished) => ({
            id,
            properties: { ...outputsAfterFailure(inputs, unfinished), restartDue: unfinished.restartDue, claim },
        }));
    } finally {
        forgetShared(inputs.cluster);
    }
}

/**
 * How a connector is created for a resource. One that this stack has already is taken over where it is equal: a killed `up`
 * made it, or the resource had another name then.
 */
async function claiming(
    connectors: Connectors,
    { stack = "", ...inputs }: ConnectorInputs,
    claim: string,
): Promise<{ options: CreateOptions; held: <T>(create: () => Promise<T>) => Promise<T> }> {
    const connector = { ...inputs, kafkaClusterId: (await connectors.worker()).kafka_cluster_id };
    const before = ownerOf(connector);
    const keep = (isHeld: boolean, restartDue?: boolean) => keepOwner(connector, { stack, claim, isHeld, restartDue });
    const isOurs = before?.stack === stack;
    const adopt = inputs.adopt || (isOurs && "equal");
    const held = async <T>(create: () => Promise<T>) => {
        try {
            const settled = await create();
            keep(true);
            return settled;
        } catch (error) {
            if (error instanceof UnfinishedError) {
                keep(true, error.restartDue);
            } else if (before) {
                keepOwner(connector, before);
            } else {
                forgetOwner(connector, claim);
            }
            throw error;
        }
    };
    const restart = isOurs && before.restartDue;
    return { options: { adopt, owner: before?.stack, restart, claim: () => keep(false, restart) }, held };
}

export async function update(
    id: string,
    olds: Properties<ConnectorOutputs>,
    news: Properties<ConnectorInputs>,
): Promise<{ outs: ConnectorOutputs }> {
    const claim = olds.claim ?? randomUUID();
    const connectors = openConnectors(news, writeLimits(news), secretsOf(olds));
    const secretChanged = olds.restartDue || usesChangedSecret(fullConfig(news), olds.secrets, news.secrets);
    const sensitiveDue = changedKeys(olds.configDue ? {} : olds.sensitiveConfig, news.sensitiveConfig);
    const hidden = hiddenKeys(olds, news);
    try {
        const { isNew } = await kafkaCluster(connectors, { ...news, kafkaClusterId: olds.kafkaClusterId });
        await refuseSecondCluster(connectors, olds, news, isNew || news.onSilentCluster === "recreate");
        const settled = await settle(connectors, olds, news, claim, isNew, {
            serverKeys: olds.serverKeys,
            written: olds.configDue ? {} : fullConfig({ ...olds, ...lastWritten(olds) }),
            hidden,
            secretChanged,
            sensitiveDue,
            configChanged: !isDeepStrictEqual(fullConfig(olds), fullConfig(news)),
        });
        sayOldSlot(olds, news);
        keepRestartDue({ ...news, kafkaClusterId: olds.kafkaClusterId }, claim, false);
        return { outs: { ...(await settledOutputs(connectors, news, settled, olds)), claim } };
    } catch (error) {
        if (error instanceof UnfinishedError) {
            keepRestartDue({ ...news, kafkaClusterId: olds.kafkaClusterId }, claim, true);
        }
        throw failure(news, error, (unfinished) => ({
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

/** A connector that is new to its cluster, or may be, comes up from its position; any other one has it. */
async function settle(
    connectors: Connectors,
    olds: ConnectorOutputs,
    news: ConnectorInputs,
    claim: string,
    isNew: boolean,
    options: UpdateOptions,
): Promise<SettledConnector & Unsettled> {
    const from = renameSource(olds, news);
    if (isNew || from !== undefined || olds.positionUnproven) {
        // It may have to be created, for which all values must be known
        withLiveValues(specOf(news), options.hidden ?? []);
    }
    const created = async <T>(work: (options: CreateOptions) => Promise<T>) => {
        // One that was imported once may be gone since
        const inputs = { ...news, adopt: news.adopt === "import" ? "equal" : news.adopt };
        const { options, held } = await claiming(connectors, inputs, claim);
        return held(() => work(options));
    };
    const renamed =
        from === undefined
            ? undefined
            : await created((how) => renameConnector(connectors, from, news, olds.renameDue ?? false, how));
    if (renamed) {
        return renamed;
    }
    const create = () =>
        created((how) => bringUp(connectors, news, (spec) => createConnector(connectors, spec, how), how));
    const change = (spec: ConnectorSpec) => updateConnector(connectors, spec, { ...options, recreate: create });
    if (isNew) {
        return create();
    }
    return from !== undefined || olds.positionUnproven ? bringUp(connectors, news, change) : change(specOf(news));
}

/**
 * The connector that is to become this one, if any: also where an earlier update did not come to the end of that.
 *
 * @throws ConnectError when that one would be left behind.
 */
function renameSource(olds: ConnectorOutputs, news: ConnectorInputs): string | undefined {
    if (!olds.renameDue) {
        return news.renamedFrom === olds.name ? olds.name : undefined;
    }
    if (news.name === olds.renamedFrom) {
        return olds.name;
    }
    if (news.name !== olds.name) {
        const reason = `"${olds.renamedFrom}" has not become "${olds.name}" yet. Run pulumi up with that name first`;
        throw new ConnectError("refused", reason);
    }
    return olds.renamedFrom;
}

/** Only a deletion drops a slot. The one that a source has left would keep the database's log until its disk is full. */
function sayOldSlot(olds: ConnectorOutputs, { name, class: connectorClass, config, onDelete }: ConnectorInputs): void {
    const { slot } = postgresSource(olds.config);
    const database = onDelete?.database;
    if (database?.slot && isPostgresSource(connectorClass) && slot !== postgresSource(config).slot) {
        console.log(`connector "${name}" has another slot now. ${whatIsLeft({ url: database.url, slot })}`);
    }
}

/** Returns `{}`, which takes the resource out of the state, only when the cluster says that there is no such connector. */
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
        // Below 4.1 a lost answer to the last write left it unknown
        const version = seen.version === "unknown" ? await pluginVersion(connectors, seen.class) : seen.version;
        return { id, props: withoutUndefined({ ...seen, version }), inputs };
    } catch (error) {
        throw failure(props, error);
    }
}

function remove(_id: string, props: Properties<ConnectorOutputs>): Promise<void> {
    return inTurn(props, async () => {
        const other = otherOwner(props);
        const renamed = successorOf(props);
        if (other) {
            console.log(`connector "${props.name}" is left as it is: ${other} has it now`);
        } else if (renamed) {
            console.log(`connector "${props.name}" is left as it is: connector "${renamed}" goes on from it`);
        } else {
            await removeNow(props);
            forgetOwner(props, props.claim);
        }
    });
}

/** Another resource that has the connector of this one by now. */
function otherOwner(props: ConnectorOutputs): string | undefined {
    if (isHeld(props)) {
        return "another resource of this program";
    }
    const owner = ownerOf(props);
    if (!owner?.isHeld || props.claim === undefined || owner.claim === props.claim) {
        return undefined;
    }
    return owner.stack === props.stack ? "another resource of this stack" : `stack ${owner.stack}`;
}
export { remove as delete };

async function removeNow(props: Properties<ConnectorOutputs>): Promise<void> {
    const limits = { limitSeconds: props.timeoutSeconds, silenceSeconds: DELETE_SILENCE_SECONDS };
    const url = props.onDelete?.database?.url;
    const connectors = openConnectors(props, limits, url === undefined ? [] : [url, ...passwordsOf(url)]);
    const say = (line: string) => console.log(connectors.client.redact(line));
    try {
        const { isNew } = await kafkaCluster(connectors, props);
        const doomed = { ...props, onDelete: unclaimed(props, say) };
        const options = { say };
        if (props.renameDue && !isNew) {
            await deleteUnrenamed(connectors, props, options);
        }
        await (isNew ? dropLeftovers(doomed, say) : deleteWithPosition(connectors, doomed, options));
    } catch (error) {
        throw deletionFailure(props, error);
    } finally {
        forgetShared(props.cluster);
    }
}

/** Of a rename that did not come to its end the connector of the old name is left, too. */
async function deleteUnrenamed(
    connectors: Connectors,
    { renamedFrom, onDelete, ...props }: ConnectorOutputs,
    options: DeletionOptions,
): Promise<void> {
    const old = { ...props, name: renamedFrom! };
    if (isHeld(old)) {
        options.say(
            `connector "${old.name}" may be stopped by a rename that was given up: pulumi up --refresh starts it`,
        );
    } else {
        await deleteWithPosition(connectors, { ...old, onDelete: { offsets: onDelete?.offsets } }, options);
    }
}

function writeLimits({ timeoutSeconds }: ConnectorInputs) {
    return { limitSeconds: timeoutSeconds, silenceSeconds: WRITE_SILENCE_SECONDS };
}

function deletionFailure(props: ConnectorOutputs, error: unknown): unknown {
    const forget = "take it out of the state: pulumi state delete <its URN>";
    if (error instanceof LeftInDatabaseError) {
        return failure(
            props,
            new ConnectError("refused", `it was deleted, but: ${error.message} Then repeat, or ${forget}`),
        );
    }
    if (error instanceof ConnectError) {
        const left =
            `It may be left in the config topic of cluster "${props.cluster}", and would run again with the workers. ` +
            `Start a worker and repeat, or ${forget}. To keep it instead: pulumi up --refresh, for it may be stopped or gone`;
        return failure(props, new ConnectError(error.kind, `cannot be deleted: ${error.message}. ${left}`));
    }
    return error;
}

/**
 * An error as Pulumi shows it. With `id` and `properties` the resource stays in the state, and the next `up` goes on. An
 * error that is none of Connect's is a fault of ours, and stays as it is.
 */
function failure(
    of: Pick<ConnectorInputs, "name">,
    error: unknown,
    kept?: (unfinished: UnfinishedError) => { id: string; properties: ConnectorOutputs },
): unknown {
    if (!(error instanceof ConnectError || error instanceof UnfinishedError)) {
        return error;
    }
    const { message } = error;
    const text = message.includes(`connector "${of.name}"`) ? message : `connector "${of.name}": ${message}`;
    const shown = new Error(text);
    // Pulumi prints it, and where this error was made tells nobody anything
    shown.stack = "";
    if (error instanceof UnfinishedError && kept) {
        const reasons = [`${text}. The next "pulumi up" goes on from here.`];
        const { id, properties } = kept(error);
        Object.assign(shown, { id, properties: withoutUndefined(properties), reasons });
    }
    return shown;
}

/** Pulumi's wire format has no undefined: an error that brings one along is never told, and the `up` waits for ever. */
function withoutUndefined(properties: ConnectorOutputs): ConnectorOutputs {
    return JSON.parse(JSON.stringify(properties)) as ConnectorOutputs;
}
