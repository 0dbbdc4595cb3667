import { openConnectors } from "../inputs/openConnectors";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { ConnectorInputs } from "../inputs/connectorInputs";

/** What is to happen when a connector is not found at new addresses, and nobody answers at the old ones. */
export type OnSilentCluster = "refuse" | "recreate";

type Addressed = Pick<ConnectorInputs, "name" | "restUrls" | "secrets" | "auth">;

/** How long the old addresses may be silent, s. */
const SILENCE_SECONDS = 15;

/**
 * Makes sure that a connector does not run on two Connect clusters. Several of them may be on one Kafka cluster, so where
 * all addresses are other ones, and the connector is not found there, the old ones are asked.
 *
 * @param mayBeSilent true: old addresses that do not answer are no reason to refuse.
 * @param silenceSeconds how long they may take to answer.
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
                `old one, and would run on both. ${rest}; or change cluster, too, which moves it without its position`,
        );
    }
    if (found instanceof ConnectError && !mayBeSilent) {
        throw new ConnectError(
            "refused",
            `connector "${olds.name}" is not found at ${to}, and nobody answers at ${from}, where it was: it may be on that ` +
                `cluster still. ${rest}; or, when the old cluster is gone, set onSilentCluster: "recreate"`,
        );
    }
}
