import { OPERATOR } from "../components/render/tls";
import type { PlatformConfig } from "../config/schema";

/**
 * Name of the secret with the password of each user of the workers' REST API. A secret that does not exist is to be generated. The
 * operator has one also without other users: workers that ask for it leave one by one when the last user is removed.
 */
export function connectPasswordSecrets({ connect }: Pick<PlatformConfig, "connect">): Record<string, string> {
    const users = Object.entries(connect.users).map(([name, { password }]) => [
        name,
        password?.secret ?? `connect-user-${name}`,
    ]);
    return { [OPERATOR]: "connect-operator", ...Object.fromEntries(users) };
}
