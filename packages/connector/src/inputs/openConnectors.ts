import { secretsOfAuth } from "../client/auth";
import { hasReference, isPasswordKey } from "../checks/passwordKeys";
import { ConnectorInputs } from "./connectorInputs";
import { Connectors } from "../client/connectors";
import { connectClient } from "../client/connectClient";

/** Where and as whom a connector's cluster is spoken to, and the secrets that no message may hold. */
export type ConnectAccess = Pick<ConnectorInputs, "name" | "restUrls" | "secrets" | "auth" | "sensitiveConfig"> &
    Partial<Pick<ConnectorInputs, "config">>;

/** Limits of one operation on a connector. */
export interface OperationLimits {
    /** Time for the whole operation, s. */
    limitSeconds: number;
    /** How long every worker may be silent before the operation ends, s. */
    silenceSeconds: number;
}

/**
 * The cluster of a connector, for one operation of its resource. Waiting is told on the console, which Pulumi shows.
 *
 * @param moreSecrets values that messages must not hold besides the connector's own, such as those before a rotation.
 */
export function openConnectors(of: ConnectAccess, limits: OperationLimits, moreSecrets: string[] = []): Connectors {
    const { name, restUrls, auth, config = {}, sensitiveConfig = {} } = of;
    const client = connectClient({
        ...limits,
        restUrls,
        auth,
        secrets: [...secretsOf(of), ...moreSecrets],
        isSecretSetting: (key) => isPasswordKey(key) || key in sensitiveConfig || hasReference(config[key] ?? ""),
        subject: `connector "${name}"`,
        write: (line) => console.log(line),
    });
    return new Connectors(client);
}

/** What no message may hold. */
export function secretsOf({ secrets, sensitiveConfig = {}, auth }: Omit<ConnectAccess, "name" | "restUrls">): string[] {
    return [...Object.values(secrets), ...Object.values(sensitiveConfig), ...secretsOfAuth(auth)];
}
