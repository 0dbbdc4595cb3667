import { OPERATOR } from "../components/render/tls";
import type { PlatformConfig } from "../config/schema";
import { passwordSecretsOf } from "./passwordSecrets";

/**
 * Name of the secret with the password of each user of the workers' REST API. A secret that does not exist is to be generated. The
 * operator has one also without other users: workers that ask for it leave one by one when the last user is removed.
 */
export function connectPasswordSecrets({ connect }: Pick<PlatformConfig, "connect">): Record<string, string> {
    return { [OPERATOR]: "connect-operator", ...passwordSecretsOf("connect", connect.users) };
}
