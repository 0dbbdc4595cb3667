import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorInfo } from "../client/types";
import { done, pending, waitFor } from "../client/waitFor";
import { addedKeys, settingOf } from "./compare";
import type { ConnectorSpec } from "./connectorSpec";
import { explainInvalid } from "./explainInvalid";
import { differences, fullConfig } from "./fullConfig";
import { UnfinishedError } from "./unfinished";

/** Undeclared keys of a config that was written. */
export interface WrittenKeys {
    /** Keys that the server adds to the config, as far as they are known. */
    serverKeys: readonly string[];
    /** Keys that the write removed. */
    unwanted: readonly string[];
}

/** A worker that reads its config topic late may show a removed key for this time, ms. */
const STALE_READ_MS = 5000;

/** Creates a connector, in its state if the version supports it. Never changes an existing connector. */
export async function postConnector(connectors: Connectors, spec: ConnectorSpec): Promise<WrittenKeys> {
    const config = fullConfig(spec);
    const { initialState } = await connectors.abilities();
    const first = initialState && spec.state !== "running" ? spec.state : undefined;
    const post = connectors.create(config, first, () => isWritten(connectors, spec));
    return writtenBy(post, connectors, config, { serverKeys: [], unwanted: [] });
}

/**
 * Writes the config of an existing connector.
 *
 * @param differing keys in which the config differs before the write.
 * @param serverKeys keys that the server is known to add.
 */
export async function putConfig(
    connectors: Connectors,
    spec: ConnectorSpec,
    differing: string[],
    serverKeys: readonly string[],
): Promise<WrittenKeys> {
    const config = fullConfig(spec);
    const unwanted = differing.filter((key) => !Object.hasOwn(config, key));
    const put = connectors.putConfig(spec.name, config, () => isWritten(connectors, spec, differing));
    return writtenBy(put, connectors, config, { serverKeys, unwanted });
}

/**
 * Waits until the written config can be read.
 *
 * An undeclared key belongs to the server when the answer to a write contained it, or when it stays although a write removed
 * it. Another user added any other undeclared key after the write.
 */
export async function readBack(
    connectors: Connectors,
    spec: ConnectorSpec,
    { serverKeys, unwanted }: WrittenKeys,
): Promise<{ info: ConnectorInfo; serverKeys: string[] }> {
    const { deadline } = connectors.client;
    const staleUntilMs = deadline.clock.now() + STALE_READ_MS;
    return waitFor(
        connectors.client,
        async () => {
            const info = await connectors.info(spec.name);
            if (info && holds(info, spec)) {
                const added = addedKeys(fullConfig(spec), info.config);
                const left = added.filter((key) => unwanted.includes(key));
                if (left.length === 0 || deadline.clock.now() >= staleUntilMs) {
                    const ofServer = added.filter((key) => left.includes(key) || serverKeys.includes(key));
                    return done({ info, serverKeys: ofServer });
                }
            }
            return pending("the config that was written cannot be read back yet");
        },
        {
            pauseMs: 200,
            timedOut: () => {
                throw new Error(`the config that was written cannot be read back after ${deadline.limitSeconds} s`);
            },
        },
    );
}

async function writtenBy(
    write: Promise<ConnectorInfo | undefined>,
    connectors: Connectors,
    config: Record<string, string>,
    before: WrittenKeys,
): Promise<WrittenKeys> {
    try {
        const ofServer = addedKeys(config, (await write)?.config ?? {});
        return { ...before, serverKeys: [...before.serverKeys, ...ofServer] };
    } catch (error) {
        throw await afterFailedWrite(connectors, config, error);
    }
}

/** @param differing keys in which the config differed before the write. A masked value does not show whether it was written. */
async function isWritten(connectors: Connectors, spec: ConnectorSpec, differing: string[] = []): Promise<boolean> {
    const live = await connectors.info(spec.name);
    const declared = fullConfig(spec);
    return (
        live !== undefined &&
        holds(live, spec) &&
        differing.every((key) => settingOf(live.config, key) === settingOf(declared, key))
    );
}

/** True when a connector has the declared config. Other keys are ignored. */
function holds({ config }: ConnectorInfo, spec: ConnectorSpec): boolean {
    return differences(spec, config, { serverKeys: addedKeys(fullConfig(spec), config) }).length === 0;
}

async function afterFailedWrite(
    connectors: Connectors,
    config: Record<string, string>,
    error: unknown,
): Promise<unknown> {
    if (!(error instanceof ConnectError) || error.kind === "exists") {
        return error;
    }
    const explained = error.kind === "invalid" ? await explainInvalid(connectors, config, error) : error;
    return error.mayHaveHappened
        ? new UnfinishedError(explained.message, undefined, false, { configDue: true })
        : explained;
}
