import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { ConnectorInputs } from "../inputs/connectorInputs";
import { openConnectors } from "../inputs/openConnectors";

type Addressed = Pick<ConnectorInputs, "name" | "restUrls" | "secrets" | "auth">;

/** Limit for an answer from the old addresses, s. */
const SILENCE_SECONDS = 15;

/**
 * Ensures that a connector does not run on two Connect clusters. One Kafka cluster may have several of them. If all addresses
 * are new and the connector is not found there, it is searched at the old addresses.
 *
 * @param mayBeSilent true: old addresses that do not answer are no reason to refuse.
 * @param silenceSeconds limit for their answer.
 * @throws ConnectError when the old cluster has the connector, or may have it.
 */
export async function refuseSecondCluster(
    connectors: Connectors,
    olds: Addressed,
    news: Addressed,
    mayBeSilent: boolean,
    silenceSeconds = SILENCE_SECONDS,
): Promise<void> {
    if (news.restUrls.some((restUrl) => olds.restUrls.includes(restUrl))) {
        return;
    }
    if ((await connectors.has(news.name)) || (await connectors.has(olds.name))) {
        return;
    }
    const old = openConnectors(olds, { limitSeconds: 2 * silenceSeconds, silenceSeconds });
    const [to, from] = [connectors, old].map(({ client }) => client.redact(client.restUrls.join(", ")));
    const found = await old.has(olds.name).catch((error: unknown) => {
        if (error instanceof ConnectError) {
            return error;
        }
        throw error;
    });
    const rest = "Nothing was done. Correct restUrls";
    if (found === true) {
        throw new ConnectError(
            "refused",
            `restUrls would change from ${from} to ${to}, which is another Connect cluster: the connector is still on the ` +
                `old cluster, and would run on both. ${rest}; or change cluster, too, which moves it without its position`,
        );
    }
    if (found instanceof ConnectError && !mayBeSilent) {
        throw new ConnectError(
            "refused",
            `connector "${olds.name}" not found at ${to}, and no worker answers at ${from}, where it was: it may still be on ` +
                `that cluster. ${rest}; or, if the old cluster is gone, set onSilentCluster: "recreate"`,
        );
    }
}
