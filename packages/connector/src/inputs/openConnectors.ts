import { hasReference, isPasswordKey } from "../checks/passwordKeys";
import { secretsOfAuth } from "../client/auth";
import { connectClient } from "../client/connectClient";
import { Connectors } from "../client/connectors";
import { ConnectorInputs } from "./connectorInputs";

/** Addresses and credentials of a connector's cluster, and the secrets that no message may contain. */
export type ConnectAccess = Pick<ConnectorInputs, "name" | "restUrls" | "secrets" | "auth" | "sensitiveConfig"> &
    Partial<Pick<ConnectorInputs, "config">>;

/** Limits of one operation on a connector. */
export interface OperationLimits {
    /** Limit of the whole operation, s. */
    limitSeconds: number;
    /** How long no worker may answer before the operation ends, s. */
    silenceSeconds: number;
}

/**
 * A client of a connector's cluster, for one operation of its resource. Long waits are reported on the console, which Pulumi
 * shows.
 *
 * @param moreSecrets further values that no message may contain, such as those before a rotation.
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

/** The values that no message may contain. */
export function secretsOf({ secrets, sensitiveConfig = {}, auth }: Omit<ConnectAccess, "name" | "restUrls">): string[] {
    return [...Object.values(secrets), ...Object.values(sensitiveConfig), ...secretsOfAuth(auth)];
}
