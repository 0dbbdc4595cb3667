import { hasReference, isPasswordKey } from "../checks/passwordKeys";
import { ConnectorInputs } from "../connectorInputs";
import { secretsOfAuth } from "./auth";
import { ConnectClient } from "./client";
import { Deadline, systemClock } from "./clock";
import { Connectors } from "./connectors";
import { Progress } from "./progress";
import { Redactor } from "./redact";

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
    const deadline = new Deadline(systemClock, limits.limitSeconds);
    const { config = {}, sensitiveConfig = {} } = of;
    const isSecretSetting = (key: string) =>
        isPasswordKey(key) || key in sensitiveConfig || hasReference(config[key] ?? "");
    const redactor = new Redactor([...secretsOf(of), ...moreSecrets], isSecretSetting);
    const progress = new Progress(`connector "${of.name}"`, deadline, (line) => console.log(line));
    const { silenceSeconds } = limits;
    const options = { deadline, redactor, progress, auth: of.auth, silenceSeconds };
    return new Connectors(new ConnectClient(of.restUrls, options));
}

/** A client for questions to workers of one's own network, which no proxy has to know, and which want no credentials. */
export function directClient(restUrls: string[], limitSeconds: number): ConnectClient {
    const deadline = new Deadline(systemClock, limitSeconds);
    const progress = new Progress("Kafka Connect", deadline, () => undefined);
    return new ConnectClient(restUrls, { deadline, redactor: new Redactor(), progress, direct: true });
}

/** What no message may hold. */
export function secretsOf({ secrets, sensitiveConfig = {}, auth }: Omit<ConnectAccess, "name" | "restUrls">): string[] {
    return [...Object.values(secrets), ...Object.values(sensitiveConfig), ...secretsOfAuth(auth)];
}
