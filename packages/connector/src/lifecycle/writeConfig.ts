import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorInfo } from "../client/types";
import { done, pending, waitFor } from "../client/waitFor";
import { addedKeys, settingOf } from "./compare";
import { explainInvalid } from "./explainInvalid";
import { differences, fullConfig } from "./fullConfig";
import type { ConnectorSpec } from "./createConnector";
import { UnfinishedError } from "./unfinished";

/** What is known of keys that nobody declared, once a config was written. */
export interface Written {
    /** Keys that the server adds to the config by itself, as far as it has told. */
    serverKeys: readonly string[];
    /** Keys that were there before, and that the write took out. */
    unwanted: readonly string[];
}

/** A worker that reads its config topic late may show a key for so long after a write has taken it out, ms. */
const STALE_READ_MS = 5000;

/** Creates a connector, in its state where the version can. Never changes one that is there. */
export async function postConnector(connectors: Connectors, spec: ConnectorSpec): Promise<Written> {
    const config = fullConfig(spec);
    const { initialState } = await connectors.abilities();
    const first = initialState && spec.state !== "running" ? spec.state : undefined;
    const post = connectors.create(config, first, () => isWritten(connectors, spec));
    return writtenBy(post, connectors, config, { serverKeys: [], unwanted: [] });
}

/**
 * Writes the config of a connector that is there.
 *
 * @param differing keys in which the config is not as it should be before.
 * @param serverKeys keys that the server is known to add by itself.
 */
export async function putConfig(
    connectors: Connectors,
    spec: ConnectorSpec,
    differing: string[],
    serverKeys: readonly string[],
): Promise<Written> {
    const config = fullConfig(spec);
    const unwanted = differing.filter((key) => !Object.hasOwn(config, key));
    const put = connectors.putConfig(spec.name, config, () => isWritten(connectors, spec, differing));
    return writtenBy(put, connectors, config, { serverKeys, unwanted });
}

/**
 * Waits until a config that was written can be read.
 *
 * A key that nobody declared is the server's own when the answer to a write held it, or when it stays although a write took
 * it out. Any other one was added by somebody after the write.
 */
export async function readBack(
    connectors: Connectors,
    spec: ConnectorSpec,
    { serverKeys, unwanted }: Written,
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
    before: Written,
): Promise<Written> {
    try {
        const told = addedKeys(config, (await write)?.config ?? {});
        return { ...before, serverKeys: [...before.serverKeys, ...told] };
    } catch (error) {
        throw await afterFailedWrite(connectors, config, error);
    }
}

/** @param differing keys in which the config was not as it should be before. A masked one cannot be seen to be written. */
async function isWritten(connectors: Connectors, spec: ConnectorSpec, differing: string[] = []): Promise<boolean> {
    const live = await connectors.info(spec.name);
    const declared = fullConfig(spec);
    return (
        live !== undefined &&
        holds(live, spec) &&
        differing.every((key) => settingOf(live.config, key) === settingOf(declared, key))
    );
}

/** True when a connector has the config of its declaration; there may be other keys. */
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
