import type { ConnectAuth } from "./auth";
import { secretsOfAuth } from "./auth";
import { ConnectClient } from "./client";
import { Deadline, systemClock } from "./clock";
import { Progress } from "./progress";
import { Redactor } from "./redact";

/** Arguments of {@link connectClient}. */
export interface ConnectClientOptions {
    /** URLs of the workers' REST APIs. One is enough. */
    restUrls: string[];
    /** Limit of everything that is done with this client, s. */
    limitSeconds: number;
    /** How long no worker may answer before the client gives up, s. Default 60. */
    silenceSeconds?: number;
    /** Credentials for the workers. Default: none. */
    auth?: ConnectAuth;
    /** Values that no message may contain, besides the secrets in `auth`. Default: none. */
    secrets?: string[];
    /** True for a connector setting whose value no message may contain. Default: no setting. */
    isSecretSetting?: (key: string) => boolean;
    /** Subject of the progress lines: `connector "orders"`. Default `Kafka Connect`. */
    subject?: string;
    /** Receives the progress lines of long waits. Default: they are dropped. */
    write?: (line: string) => void;
    /** True: the proxy settings of the environment are ignored. Default false. */
    direct?: boolean;
}

/** Creates a client of one Connect cluster, for one operation. */
export function connectClient({
    restUrls,
    limitSeconds,
    silenceSeconds = 60,
    auth,
    secrets = [],
    isSecretSetting,
    subject = "Kafka Connect",
    write = () => undefined,
    direct = false,
}: ConnectClientOptions): ConnectClient {
    const deadline = new Deadline(systemClock, limitSeconds);
    const redactor = new Redactor([...secrets, ...secretsOfAuth(auth)], isSecretSetting);
    const progress = new Progress(subject, deadline, write);
    return new ConnectClient(restUrls, { deadline, redactor, progress, auth, silenceSeconds, direct });
}
